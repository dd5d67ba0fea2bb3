import { createNodeSuite, type NodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { cosemDefaults } from '../../firmware-sim/device/cosem/defaults.ts';
import { CosemStore } from '../../firmware-sim/device/cosem/store.ts';
import { Device } from '../../firmware-sim/device/device.ts';
import { ESME_PROFILE } from '../../firmware-sim/esme/profile.ts';
import { createTestPki } from '../../firmware-sim/gbcs/certificates/test-pki.ts';
import { decodeEnvelope, type Envelope, encodeEnvelope, signedPart } from '../../firmware-sim/gbcs/envelope.ts';
import type { MessageHeader } from '../../firmware-sim/gbcs/header.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../firmware-sim/gbcs/protection.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { Invariant } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { deviceIdentity, partyOf, trustAnchorCells } from '../../lab/premises/credentials.ts';
import { activateFirmware, readVersion } from '../../lab/update/commands.ts';
import { benchCorpus, type Sample } from './corpus.ts';
import { type Primitives, primitivesOf, sealingOf } from './floor.ts';
import { compare } from './measure.ts';
import { expect, heading, line } from './report.ts';

/**
 * How much of a device's time from command to response goes beyond cryptography. The floor is the primitives of command and
 * response called back to back; the commands are the supplier's for an ESME, with keys of a test PKI.
 */

const PROFILE = 'deterministic';
const NOW = Date.UTC(2030, 0, 15, 9);
const METER = '00-DB-12-34-56-78-90-A0' as Eui64;
const SUPPLIER = partyOf('supplier');
/** First octet of a DLMS access request: those of the corpus' payloads that an ESME can read. */
const ACCESS_REQUEST = 0xd9;

/** A command, the primitives behind it and its response, and its place in a pass. */
interface Exchange {
  readonly message: Bytes;
  readonly command: Primitives;
  readonly answer: () => void;
  /** Before it, the device forgets the counters of the pass before. */
  readonly first: boolean;
}

interface Content {
  readonly messageCode: number;
  readonly payload: Bytes;
}

const maker = createNodeSuite({ entropy: seededEntropy('bench', 'commands') });
const pki = createTestPki(maker, { seed: 'bench' });

/** Contents of commands: two that are always there, and what the supplier sends to meters in the corpus. */
function contents(critical: boolean): readonly Content[] {
  const plan = critical ? activateFirmware(METER, new Uint8Array(32)) : readVersion(METER);
  const found = benchCorpus().samples.flatMap(({ envelope: { header, payload } }): Content[] => {
    const { messageCode, cra, supplementary } = header;
    const row = ESME_PROFILE.useCases.get(messageCode);
    const wanted = row?.critical === critical && row.roles.includes('supplier') && row.forms.some((form) => form !== 'signed');
    const plain = cra === 'command' && payload[0] === ACCESS_REQUEST && supplementary === undefined;
    return wanted && plain ? [{ messageCode, payload }] : [];
  });
  return [{ messageCode: plan.messageCode, payload: plan.payload(1n) }, ...found];
}

function protectedCommand({ messageCode, payload }: Content, originatorCounter: bigint, critical: boolean): Bytes {
  const header: MessageHeader = {
    cra: 'command',
    originatorCounter,
    originator: SUPPLIER,
    recipient: METER,
    dateTime: undefined,
    messageCode,
    supplementary: undefined,
  };
  const plain: Envelope = { header, payload, signature: undefined, mac: undefined };
  const key = pki.privateKey(SUPPLIER, 'digitalSignature');
  const z = sharedSecretOf(maker, pki, macParties(header, pki));
  if (!key || !z) throw new Invariant('the test PKI has the keys of its cast');
  return encodeEnvelope(macEnvelope(maker, critical ? signEnvelope(maker, plain, key, PROFILE) : plain, z));
}

function meter(suite: NodeSuite): Device {
  return new Device(ESME_PROFILE, {
    suite,
    identity: deviceIdentity(METER, pki),
    cells: trustAnchorCells('ESME', pki),
    firmware: { version: 1, hash: new Uint8Array(32) },
    signatureProfile: PROFILE,
    securityAlertsPerHour: 0,
    cosem: new CosemStore('ESME', cosemDefaults('ESME')),
  });
}

/** The response to a command; undefined when there is none. Alerts that a change brings about are sent besides, once. */
function respond(device: Device, message: Bytes): Bytes | undefined {
  for (const effect of device.receive(message, NOW)) {
    if (effect.kind === 'send' && effect.header.cra === 'response') return effect.message;
  }
  return undefined;
}

/** What the floor does for a response: a signature, or key derivation and GMAC; and encryption where something in it is encrypted. */
function answerOf(bytes: Bytes): (() => void) | undefined {
  const envelope = decodeEnvelope(bytes);
  if (envelope.header.cra !== 'response') return undefined;
  const seal = sealingOf({ bytes, envelope }, pki);
  const protect = protectionOf({ bytes, envelope });
  if (!seal || !protect) return protect;
  // A signed answer would take an ECDH for its encrypted part that the floor does not count.
  expect(envelope.mac !== undefined, 'an encrypted part in a MACed answer');
  return () => {
    seal();
    protect();
  };
}

function protectionOf(sample: Sample): (() => void) | undefined {
  if (sample.envelope.mac) return primitivesOf(sample, pki)?.mac;
  const key = pki.privateKey(METER, 'digitalSignature');
  const signed = signedPart(sample.envelope);
  return key && (() => void maker.sign(PROFILE, key, signed));
}

/** The commands that are answered, with counters of their own. */
function exchanges(critical: boolean): readonly Exchange[] {
  const device = meter(maker);
  const made = contents(critical).flatMap((content, i): Omit<Exchange, 'first'>[] => {
    const message = protectedCommand(content, BigInt(i + 1), critical);
    const command = primitivesOf({ bytes: message, envelope: decodeEnvelope(message) }, pki);
    const response = respond(device, message);
    const answer = response && answerOf(response);
    return command && answer ? [{ message, command, answer }] : [];
  });
  return made.map((one, i) => ({ ...one, first: i === 0 }));
}

function measure(name: string, list: readonly Exchange[], suite: NodeSuite, ecdh: boolean, goal: string): void {
  const device = meter(suite);
  const untouched = device.counters.state();
  const { floor, ours, ratio } = compare(
    list,
    ({ command, answer }) => {
      if (ecdh) command.ecdh();
      command.mac();
      expect(command.verify?.() !== false, 'signature of the floor');
      answer();
    },
    ({ message, first }) => {
      if (first) device.counters.restore(untouched);
      expect(respond(device, message) !== undefined, 'a response to every command');
    },
  );
  line(name, floor.median, ours.median, ratio, goal);
}

const critical = exchanges(true);
const ordinary = exchanges(false);
const fresh = createNodeSuite({ entropy: seededEntropy('bench', 'fresh'), secretCacheSize: 0 });
const caching = createNodeSuite({ entropy: seededEntropy('bench', 'caching') });

heading(
  `\nan ESME's answers to ${critical.length} critical and ${ordinary.length} other commands of a supplier; profile ${PROFILE}`,
);
measure('critical command to signed response (ECDH each time)', critical, fresh, true, '>= 0.75');
measure('critical command to signed response, cached secret', critical, caching, false, '>= 0.75');
measure('non-critical command to MACed response, cached secret', ordinary, caching, false, '>= 0.3');
