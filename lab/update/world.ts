import { CommsHub } from '../../firmware-sim/commshub/comms-hub.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import type { DeviceSetup } from '../../firmware-sim/device/device.ts';
import { Esme, type EsmeSnapshot } from '../../firmware-sim/esme/esme.ts';
import { TEST_DEVICES } from '../../firmware-sim/gbcs/certificates/test-cast.ts';
import { createTestPki, type TestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import type { RemotePartyRole } from '../../firmware-sim/gbcs/key-provider.ts';
import { Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import { AccessControlBroker } from '../parties/access-control-broker.ts';
import { Ad1Policy } from '../parties/ad1-policy.ts';
import { Dcc } from '../parties/dcc.ts';
import { MessageArchive } from '../parties/message-archive.ts';
import { versionText } from '../parties/received-text.ts';
import { RemoteParty } from '../parties/remote-party.ts';
import { deviceIdentity, partyOf, trustAnchorCells } from '../premises/credentials.ts';
import { InProcessLink } from '../premises/han-link.ts';
import type { JournalEvent } from '../premises/journal.ts';
import { type EffectObserver, Premises } from '../premises/premises.ts';
import { WanLink } from '../premises/wan-link.ts';
import type { UpdateConfig } from './config.ts';
import { identityFor, prepareImage, type UpdateImage, versionBefore } from './image.ts';

/** What the harness sees inside the premises, which no party does: the meter's state around an activation. */
export interface InsideView {
  readonly before: EsmeSnapshot[];
  readonly after: EsmeSnapshot[];
  readonly activationsStarted: Millis[];
  readonly activationsFinished: Millis[];
  /** Messages the meter dropped, by reason. */
  readonly rejections: string[];
  /** How much of the image the meter has. */
  received: number;
  total: number;
  /** Called once when half of the image is there, an activation begins, or it is done. */
  readonly moments: Partial<Record<'distribution' | 'activation' | 'after', () => void>>;
}

/** Everything of one run: time, keys, home, parties, and what they did. */
export interface UpdateWorld {
  readonly config: UpdateConfig;
  readonly scheduler: Scheduler;
  readonly suite: CryptoSuite;
  readonly pki: TestPki;
  readonly premises: Premises;
  readonly supplier: RemoteParty;
  readonly networkOperator: RemoteParty;
  readonly broker: AccessControlBroker;
  readonly dcc: Dcc;
  readonly archive: MessageArchive;
  readonly events: JournalEvent[];
  readonly inside: InsideView;
  readonly image: UpdateImage;
  readonly euis: { readonly esme: Eui64; readonly gsme: Eui64; readonly hub: Eui64 };
  readonly mpxn: string;
  readonly names: ReadonlyMap<Eui64, string>;
  readonly versions: { readonly esme: number; readonly gsme: number; readonly hub: number };
}

/** 13-digit MPAN core of the test premises (a made-up one with a valid check digit). */
export const TEST_MPAN = '1200012345679';
/** What gas meter and hub run; nothing here updates them. */
const GSME_VERSION = 0x00010007;
const HUB_VERSION = 0x02000001;
/** Octets a device's clock of random first wake-up may spread over. */
const WAKE_SPREAD_MS = 1_800_000;

function deviceOf(type: 'ESME' | 'GSME' | 'CHF'): Eui64 {
  const device = TEST_DEVICES.find((one) => one.type === type);
  assert(device, `the test cast has a ${type}`);
  return device.eui;
}

/** Builds a run from its configuration; nothing has happened yet. @throws UsageError for a bad image */
export function createWorld(config: UpdateConfig, start: Millis): UpdateWorld {
  const { seed, signatureProfile } = config;
  const nonces = randomFor(seed, 'signature nonces');
  const suite = createNodeSuite({ entropy: (count) => nonces.bytes(count) });
  const pki = createTestPki(suite, { seed, signatureProfile });
  const scheduler = new Scheduler(start);
  const events: JournalEvent[] = [];
  const journal = (event: JournalEvent): void => void events.push(event);
  const archive = new MessageArchive(scheduler);

  const party = (role: RemotePartyRole, name: string, firstCounter: bigint) => ({
    eui: partyOf(role),
    name,
    suite,
    keys: pki,
    signatureProfile,
    firstCounter,
  });
  const firstCounter = BigInt(start);
  const supplier = new RemoteParty(party('supplier', 'supplier', firstCounter));
  const networkOperator = new RemoteParty(party('networkOperator', 'network-operator', firstCounter));
  const broker = new AccessControlBroker(party('accessControlBroker', 'broker', firstCounter));
  const image = prepareImage(config.image, seed, suite, (bytes) => supplier.signImage(bytes));

  const euis = { esme: deviceOf('ESME'), gsme: deviceOf('GSME'), hub: deviceOf('CHF') };
  const versions = { esme: versionBefore(image.header), gsme: GSME_VERSION, hub: HUB_VERSION };
  const setup = (type: 'ESME' | 'GSME' | 'CHF', eui: Eui64, version: number): DeviceSetup => ({
    suite,
    identity: deviceIdentity(eui, pki),
    cells: trustAnchorCells(type, pki),
    firmware: { version, hash: suite.sha256(new Uint8Array(0)) },
    signatureProfile,
  });
  const esme = new Esme({
    ...setup('ESME', euis.esme, versions.esme),
    ota: identityFor(image.header),
    options: config.esme,
    startedAt: start,
  });
  const firstWakeAt = start + randomFor(seed, 'gsme wake').below(WAKE_SPREAD_MS);
  const gsme = new Gsme({ ...setup('GSME', euis.gsme, versions.gsme), firstWakeAt });
  const hub = new CommsHub({
    ...setup('CHF', euis.hub, versions.hub),
    devices: [
      { eui: euis.esme, sleepy: false },
      { eui: euis.gsme, sleepy: true },
    ],
    power: config.hubPower,
  });

  const names = new Map([
    [euis.esme, 'ESME'],
    [euis.gsme, 'GSME'],
    [euis.hub, 'hub'],
  ]);
  const inside: InsideView = {
    before: [],
    after: [],
    activationsStarted: [],
    activationsFinished: [],
    rejections: [],
    received: 0,
    total: 0,
    moments: {},
  };
  const wan = new WanLink(scheduler, randomFor(seed, 'wan'), { profile: config.wanProfile });
  const han = new InProcessLink(scheduler, config.losesHanFrame ? { loses: config.losesHanFrame } : {});
  const dcc = new Dcc({
    scheduler,
    suite,
    inventory: { hub: euis.hub, mpxn: TEST_MPAN, esme: euis.esme, names },
    wan,
    broker,
    parties: [supplier, networkOperator, broker.party],
    networkOperator,
    policy: new Ad1Policy(config.policy),
    archive,
    journal,
  });
  const observe = insideObserver({ scheduler, inside, esme, dcc, journal });
  const premises = new Premises({ scheduler, esme, gsme, hub, han, wan, journal, observe });
  return {
    config,
    scheduler,
    suite,
    pki,
    premises,
    supplier,
    networkOperator,
    broker,
    dcc,
    archive,
    events,
    inside,
    image,
    euis,
    mpxn: TEST_MPAN,
    names,
    versions,
  };
}

interface ObserverParts {
  readonly scheduler: Scheduler;
  readonly inside: InsideView;
  readonly esme: Esme;
  readonly dcc: Dcc;
  readonly journal: (event: JournalEvent) => void;
}

/** Transfer progress goes into the timeline in steps of a tenth. */
const PROGRESS_STEPS = 10;

function insideObserver({ scheduler, inside, esme, dcc, journal }: ObserverParts): EffectObserver {
  let lastStep = 0;
  const moment = (name: 'distribution' | 'activation' | 'after'): void => {
    const run = inside.moments[name];
    delete inside.moments[name];
    run?.();
  };
  return (actor, effect) => {
    const at = scheduler.now;
    switch (effect.kind) {
      case 'activation-started': {
        inside.before.push(esme.snapshot(at));
        inside.activationsStarted.push(at);
        const text = `activation begins: ${versionText(effect.fromVersion)} to ${versionText(effect.toVersion)}`;
        journal({
          at,
          actor,
          kind: 'activation-started',
          text,
          detail: { from: versionText(effect.fromVersion), to: versionText(effect.toVersion) },
        });
        moment('activation');
        break;
      }
      case 'activation-finished':
        inside.after.push(esme.snapshot(at));
        inside.activationsFinished.push(at);
        journal({
          at,
          actor,
          kind: 'activation-finished',
          text: `runs version ${versionText(effect.version)}`,
          detail: { version: versionText(effect.version), succeeded: effect.succeeded },
        });
        moment('after');
        break;
      case 'rejected':
        if (actor === 'esme') inside.rejections.push(effect.reason);
        break;
      case 'ota-progress': {
        inside.received = effect.received;
        inside.total = effect.total;
        if (effect.received * 2 >= effect.total) moment('distribution');
        const step = Math.floor((effect.received / effect.total) * PROGRESS_STEPS);
        if (step === lastStep) break;
        lastStep = step;
        const percent = (step * 100) / PROGRESS_STEPS;
        journal({
          at,
          actor,
          kind: 'ota-progress',
          text: `has ${percent} % of the image (${effect.received} octets)`,
          detail: { received: effect.received, total: effect.total },
        });
        break;
      }
      case 'wan':
        if (effect.frame.kind === 'power-outage') {
          const ad1 = dcc.outageAlertRaised(effect.frame.startedAt);
          journal({ at, actor, kind: 'AD1', text: `AD1: no supply since ${toIso(ad1.startedAt)}`, ad1 });
        }
        break;
      default:
        break;
    }
  };
}
