import { CommsHub } from '../../firmware-sim/commshub/comms-hub.ts';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { linkBlocks } from '../../firmware-sim/device/link-blocks.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';
import { Esme } from '../../firmware-sim/esme/esme.ts';
import { TEST_DEVICES } from '../../firmware-sim/gbcs/certificates/test-cast.ts';
import { createTestPki, type TestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import type { RemotePartyRole } from '../../firmware-sim/gbcs/key-provider.ts';
import { GSME_WAKE_MS, Gsme } from '../../firmware-sim/gsme/gsme.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { putInCreditMode } from '../devices/credit-mode.ts';
import { cosemStoreOf, zclStoreOf } from '../devices/kinds.ts';
import { profileNamed } from '../devices/profiles.ts';
import { AccessControlBroker } from '../parties/access-control-broker.ts';
import { Ad1Policy } from '../parties/ad1-policy.ts';
import { Dcc } from '../parties/dcc.ts';
import { MessageArchive } from '../parties/message-archive.ts';
import { type PartySetup, RemoteParty } from '../parties/remote-party.ts';
import { deviceIdentity, partyOf, trustAnchorCells } from '../premises/credentials.ts';
import { InProcessLink } from '../premises/han-link.ts';
import type { Journal, JournalEvent } from '../premises/journal.ts';
import { Premises } from '../premises/premises.ts';
import { WanLink } from '../premises/wan-link.ts';
import { ZigbeeHan } from '../premises/zigbee-han.ts';
import type { UpdateConfig } from './config.ts';
import { identityFor, prepareImage, type UpdateImage, versionBefore } from './image.ts';
import { type InsideView, insideObserver, newInsideView } from './inside-view.ts';

/** Everything of one run: time, keys, home, parties, and what they did. */
export interface UpdateWorld {
  readonly config: UpdateConfig;
  readonly scheduler: Scheduler;
  readonly suite: CryptoSuite;
  readonly pki: TestPki;
  readonly premises: Premises;
  readonly han: InProcessLink | ZigbeeHan;
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
/** The gas meter first wakes somewhere in its half hour. */
const WAKE_SPREAD_MS = 1_800_000;

type DeviceType = 'ESME' | 'GSME' | 'CHF';

function deviceOf(type: DeviceType): Eui64 {
  const device = TEST_DEVICES.find((one) => one.type === type);
  assert(device, `the test cast has a ${type}`);
  return device.eui;
}

const EUIS = { esme: deviceOf('ESME'), gsme: deviceOf('GSME'), hub: deviceOf('CHF') };
const NAMES: ReadonlyMap<Eui64, string> = new Map([
  [EUIS.esme, 'ESME'],
  [EUIS.gsme, 'GSME'],
  [EUIS.hub, 'hub'],
]);

interface Foundation {
  readonly suite: CryptoSuite;
  readonly pki: TestPki;
  readonly scheduler: Scheduler;
}

function createFoundation({ seed, signatureProfile }: UpdateConfig, start: Millis): Foundation {
  const nonces = randomFor(seed, 'signature nonces');
  const suite = createNodeSuite({ entropy: (count) => nonces.bytes(count) });
  return { suite, pki: createTestPki(suite, { seed, signatureProfile }), scheduler: new Scheduler(start) };
}

function createParties({ signatureProfile }: UpdateConfig, { suite, pki, scheduler }: Foundation) {
  const setup = (role: RemotePartyRole, name: string): PartySetup => ({
    eui: partyOf(role),
    name,
    suite,
    keys: pki,
    signatureProfile,
    firstCounter: BigInt(scheduler.now),
  });
  return {
    supplier: new RemoteParty(setup('supplier', 'supplier')),
    networkOperator: new RemoteParty(setup('networkOperator', 'network-operator')),
    broker: new AccessControlBroker(setup('accessControlBroker', 'broker')),
  };
}

/** Block transfer over the link to a device: the gas meter answers only when it wakes. */
const blocksOf = ({ maxMessageOctets }: UpdateConfig, device: Eui64) =>
  linkBlocks(maxMessageOctets, device === EUIS.gsme ? GSME_WAKE_MS : 0);

/** An update is about firmware: this home pays afterwards, so that no credit runs out meanwhile. */
function objectsInCreditMode(type: DeviceType, now: Millis): Pick<DeviceSetup, 'cosem' | 'zcl'> {
  const profile = profileNamed(type, undefined);
  const objects = { cosem: cosemStoreOf(type, profile), zcl: zclStoreOf(type, profile, now) };
  putInCreditMode(objects);
  return objects;
}

function createDevices(
  config: UpdateConfig,
  { suite, pki, scheduler }: Foundation,
  image: UpdateImage,
  versions: UpdateWorld['versions'],
) {
  const setup = (type: DeviceType, version: number): DeviceSetup => ({
    suite,
    identity: deviceIdentity(deviceOf(type), pki),
    cells: trustAnchorCells(type, pki),
    firmware: { version, hash: suite.sha256(new Uint8Array(0)) },
    signatureProfile: config.signatureProfile,
    ...objectsInCreditMode(type, scheduler.now),
  });
  const firstWakeAt = scheduler.now + randomFor(config.seed, 'gsme wake').below(WAKE_SPREAD_MS);
  const downgrade = versions.esme > image.header.fileVersion ? 'accept' : 'reject';
  const devices = [
    { eui: EUIS.esme, sleepy: false },
    { eui: EUIS.gsme, sleepy: true },
  ];
  return {
    esme: new Esme({
      ...setup('ESME', versions.esme),
      downgrade,
      ota: identityFor(image.header),
      options: config.esme,
      startedAt: scheduler.now,
      blocks: blocksOf(config, EUIS.esme),
    }),
    gsme: new Gsme({ ...setup('GSME', versions.gsme), firstWakeAt, blocks: blocksOf(config, EUIS.gsme) }),
    hub: new CommsHub({
      ...setup('CHF', versions.hub),
      devices,
      power: config.hubPower,
      startedAt: scheduler.now,
      blocks: blocksOf(config, EUIS.hub),
    }),
  };
}

function createHan(
  { link, seed, tap, losesHanFrame }: UpdateConfig,
  scheduler: Scheduler,
  journal: Journal,
): InProcessLink | ZigbeeHan {
  const direct = losesHanFrame ? { loses: losesHanFrame } : {};
  if (link === 'direct') return new InProcessLink(scheduler, direct);
  const devices = [
    { eui: EUIS.esme, kind: 'esme' as const },
    { eui: EUIS.gsme, kind: 'gsme' as const },
  ];
  return new ZigbeeHan({ scheduler, seed, hub: EUIS.hub, devices, journal, direct, ...(tap && { tap }) });
}

/** Builds a run from its configuration; nothing has happened yet. @throws UsageError for a bad image */
export function createWorld(config: UpdateConfig, start: Millis): UpdateWorld {
  const foundation = createFoundation(config, start);
  const { scheduler, suite, pki } = foundation;
  const parties = createParties(config, foundation);
  const { supplier, networkOperator, broker } = parties;
  const image = prepareImage(config.image, config.seed, suite, (bytes) => supplier.signImage(bytes));
  const versions = { esme: versionBefore(image.header), gsme: GSME_VERSION, hub: HUB_VERSION };
  const devices = createDevices(config, foundation, image, versions);
  const events: JournalEvent[] = [];
  const journal = (event: JournalEvent): void => void events.push(event);
  const archive = new MessageArchive(scheduler);
  const wan = new WanLink(scheduler, randomFor(config.seed, 'wan'), {
    profile: config.wanProfile,
    ...(config.losesWanFrame && { loses: config.losesWanFrame }),
  });
  const han = createHan(config, scheduler, journal);
  const dcc = new Dcc({
    scheduler,
    suite,
    inventory: { hub: EUIS.hub, mpxn: TEST_MPAN, esme: EUIS.esme, names: NAMES },
    wan,
    broker,
    parties: [supplier, networkOperator, broker.party],
    networkOperator,
    policy: new Ad1Policy(config.policy),
    archive,
    journal,
    blocksOf: (device) => blocksOf(config, device),
  });
  const inside = newInsideView();
  const observe = insideObserver({ scheduler, inside, esme: devices.esme, dcc, journal });
  const premises = new Premises({ scheduler, ...devices, han, wan, journal, observe });
  const names = { euis: EUIS, mpxn: TEST_MPAN, names: NAMES, versions };
  return { config, scheduler, suite, pki, premises, han, ...parties, dcc, archive, events, inside, image, ...names };
}
