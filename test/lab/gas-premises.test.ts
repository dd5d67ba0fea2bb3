import { describe, expect, it } from 'vitest';
import { CommsHub } from '../../firmware-sim/commshub/comms-hub.ts';
import { GasProxy } from '../../firmware-sim/commshub/gpf.ts';
import type { WanDownFrame, WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import { cosemDefaults } from '../../firmware-sim/device/cosem/defaults.ts';
import { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import { gasDefaults } from '../../firmware-sim/device/zcl/defaults.ts';
import { ZclStore } from '../../firmware-sim/device/zcl/store.ts';
import { Esme } from '../../firmware-sim/esme/esme.ts';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { decodeEnvelope, type Envelope } from '../../firmware-sim/gbcs/envelope.ts';
import { Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { gsmeLifeOf } from '../../firmware-sim/gsme/life.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { deviceIdentity, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { InProcessLink } from '../../lab/premises/han-link.ts';
import { Premises } from '../../lab/premises/premises.ts';
import { WanLink } from '../../lab/premises/wan-link.ts';
import { command, ESME, pki, SUPPLIER, suite } from '../device/bench.ts';
import { type Ask, GSME, payloadOf } from '../device/zcl/own-bench.ts';
import { DAY, flows, HOUR, MIDNIGHT } from '../gsme/bench.ts';

const HUB = '00-DB-12-34-56-78-90-A2' as Eui64;
const GPF = '00-DB-12-34-56-78-90-A3' as Eui64;
const PRICE = 0x0700;
const METERING = 0x0702;
const WAKE = 1_800_000;

/** A whole home over its links, with a supplier at the other end of the wide area network. */
class Home {
  readonly scheduler = new Scheduler(MIDNIGHT);
  readonly stores = { gsme: new ZclStore(gasDefaults(MIDNIGHT)), gpf: new ZclStore(gasDefaults(MIDNIGHT)) };
  readonly premises: Premises;
  readonly proxy: GasProxy;
  readonly heard: Envelope[] = [];
  readonly #wan = new WanLink(this.scheduler, randomFor('gas premises', 'wan'));
  #counter = 50_000n;

  constructor() {
    this.stores.gsme.change(0x0705, 0, 0x0c94);
    const common = { suite, signatureProfile: 'deterministic', firmware: { version: 7, hash: new Uint8Array(32) } } as const;
    this.proxy = new GasProxy({
      ...common,
      identity: deviceIdentity(GPF, pki),
      cells: trustAnchorCells('GSME', pki),
      zcl: this.stores.gpf,
    });
    this.proxy.start(MIDNIGHT);
    const gsme = new Gsme({
      ...common,
      identity: deviceIdentity(GSME, pki),
      cells: trustAnchorCells('GSME', pki),
      zcl: this.stores.gsme,
      firstWakeAt: MIDNIGHT + 60_000,
      wakeMs: WAKE,
    });
    const life = gsmeLifeOf(gsme.device);
    life.load.replace(flows([[MIDNIGHT, 10_000]]), MIDNIGHT);
    if (life.livedTo === undefined) life.start(MIDNIGHT);
    const hub = new CommsHub({
      ...common,
      identity: deviceIdentity(HUB, pki),
      cells: trustAnchorCells('CHF', pki),
      cosem: new CosemStore('CHF', cosemDefaults('CHF')),
      devices: [
        { eui: ESME, sleepy: false },
        { eui: GSME, sleepy: true },
      ],
      startedAt: MIDNIGHT,
      proxy: this.proxy,
    });
    const esme = new Esme({
      ...common,
      identity: deviceIdentity(ESME, pki),
      cells: trustAnchorCells('ESME', pki),
      cosem: new CosemStore('ESME', cosemDefaults('ESME')),
      ota: { manufacturerCode: 1, imageType: 1, hardwareVersion: 1 },
      startedAt: MIDNIGHT,
    });
    const han = new InProcessLink(this.scheduler);
    this.#wan.toNetwork = (frame) => this.#hear(frame);
    this.premises = new Premises({
      scheduler: this.scheduler,
      esme,
      gsme,
      hub,
      gasProxy: this.proxy,
      han,
      wan: this.#wan,
      journal: () => {},
    });
  }

  /** Something the network tells the hub by itself. */
  toHub(frame: WanDownFrame): void {
    this.#wan.down(frame);
  }

  #hear(frame: WanUpFrame): void {
    if (frame.kind === 'gbcs') this.heard.push(decodeEnvelope(frame.message));
  }

  /** Sends a command of the supplier, and what was answered so far under its counter. */
  send(recipient: Eui64, useCase: string, asks: readonly Ask[]): () => Envelope | undefined {
    const row = useCaseByName(useCase);
    const originatorCounter = ++this.#counter;
    const critical = row?.category?.startsWith('SME.C.C') === true;
    const message = command({
      payload: payloadOf(useCase, asks),
      recipient,
      messageCode: row?.command[0] ?? 0,
      originatorCounter,
      ...(critical && { signer: SUPPLIER }),
    });
    this.#wan.down({ kind: 'gbcs', message });
    return () => this.heard.find(({ header }) => header.cra === 'response' && header.originatorCounter === originatorCounter);
  }
}

const REGISTER: readonly Ask[] = [{ cluster: METERING, command: 0, attributes: [770, 769, 768, 0] }];

const price = (value: number): readonly Ask[] => [
  { cluster: PRICE, command: 4, fields: { 'Standing Charge': 31_000, Currency: 826, 'Price Trailing Digit': 0x50 } },
  {
    cluster: PRICE,
    command: 5,
    fields: { 'Sub-payload Control': 1, 'Price Matrix Entry': [{ 'Tier / Block ID': 1, Price: value }] },
  },
];

describe('the time in a home', () => {
  it('is the hub’s, which has it from the wide area network', () => {
    const home = new Home();
    const { esme, gsme, hub } = home.premises;
    const clocks = () => [esme, gsme, hub, home.proxy].map(({ device }) => device.clock.offsetMs);
    home.scheduler.runUntil(MIDNIGHT + HOUR);
    home.toHub({ kind: 'network-time', utc: home.scheduler.now + 6_500 });
    home.scheduler.runUntil(MIDNIGHT + HOUR + 1_000);
    expect(clocks()).toEqual([0, 0, 6_000, 6_000]);
    // They wait for the end of the half hour to pass.
    home.scheduler.runUntil(MIDNIGHT + DAY + 1);
    expect(clocks().slice(0, 2)).toEqual([6_000, 6_000]);
  });

  it('is doubted by hub, proxy and meters one after another while the network is away', () => {
    const home = new Home();
    const { esme, gsme, hub } = home.premises;
    const sure = () => [hub, home.proxy, esme, gsme].map(({ device }) => device.clock.status === 'reliable');
    home.premises.wanChanged(false);
    home.scheduler.runUntil(MIDNIGHT + 2.9 * DAY);
    expect(sure()).toEqual([true, true, true, true]);
    home.scheduler.runUntil(MIDNIGHT + 3.1 * DAY);
    expect(sure()).toEqual([false, false, true, true]);
    home.scheduler.runUntil(MIDNIGHT + 5.1 * DAY);
    expect(sure()).toEqual([false, false, false, false]);
    home.premises.wanChanged(true);
    home.scheduler.runUntil(MIDNIGHT + 6.1 * DAY);
    expect(sure()).toEqual([true, true, true, true]);
  });
});

describe('a home with gas', () => {
  it('the proxy answers at once with what it knows, the sleepy meter when it wakes', () => {
    const home = new Home();
    home.scheduler.runUntil(MIDNIGHT + HOUR);
    const [proxy, meter] = [home.send(GPF, 'GCS13a', REGISTER), home.send(GSME, 'GCS13a', REGISTER)];
    home.scheduler.runUntil(MIDNIGHT + HOUR + 60_000 - 1);
    expect([proxy()?.header.dateTime?.at(-1), meter()]).toEqual([4, undefined]);
    home.scheduler.runUntil(MIDNIGHT + HOUR + 70_000);
    expect(meter()?.header.dateTime?.at(-1)).toBe(0);
  });

  it('a new price reaches the meter when it wakes, and the proxy with the meter’s answer', () => {
    const home = new Home();
    home.scheduler.runUntil(MIDNIGHT + HOUR);
    const answer = home.send(GSME, 'GCS01b', price(7_777));
    home.scheduler.runUntil(MIDNIGHT + HOUR + 30_000);
    const prices = () => [home.stores.gsme, home.stores.gpf].map((store) => store.number(PRICE, 0x0410));
    expect([prices(), answer()]).toEqual([[9_600, 9_600], undefined]);
    home.scheduler.runUntil(MIDNIGHT + HOUR + 70_000);
    expect(prices()).toEqual([7_777, 7_777]);
    expect(answer()?.header.originator).toBe(GSME);
  });

  it('after a power cut of the hub the proxy knows what it has missed, half hour by half hour', () => {
    const home = new Home();
    home.scheduler.runUntil(MIDNIGHT + 5 * HOUR);
    home.premises.mainsLost();
    home.scheduler.runUntil(MIDNIGHT + DAY + 2 * HOUR);
    const kept = home.stores.gpf.number(METERING, 0);
    expect(kept).toBeLessThan(home.stores.gsme.number(METERING, 0) - 20_000);
    home.premises.mainsRestored();
    home.scheduler.runUntil(MIDNIGHT + DAY + 4 * HOUR + 30_000);
    const span = home.stores.gpf.sampleSource('samples.profile')?.span;
    const [mine, meters] = [home.stores.gpf, home.stores.gsme].map((store) =>
      store.sampleSource('samples.profile')?.samples(span?.first ?? 0, 55),
    );
    expect(mine).toEqual(meters);
    expect(mine).toEqual(Array(55).fill(500));
    const daily = home.stores.gpf.sampleSource('samples.daily');
    expect(daily?.samples(daily.span?.first ?? 0, 1)).toEqual([24_000]);
  });
});
