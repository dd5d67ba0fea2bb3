import { dirname, isAbsolute, join } from 'node:path';
import { decodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { type FromJson, messageFromJson } from '../../firmware-sim/gbcs/message-json.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import type { KeptLoad } from '../loads/kept-load.ts';
import { jsonLines } from '../messages/message-lines.ts';
import { messageOctets } from '../messages/message-text.ts';
import { rewriteMessage } from '../messages/rewrite-message.ts';
import { categoryOf, signPreCommand } from '../messages/sign-precommand.ts';
import type { OrderWorld } from './order-world.ts';
import type { SimulatedMeter } from './simulated-meter.ts';
import type { OrderOutcome } from './simulation.ts';

/** What an order does to the meter. */
export type Deed = (world: OrderWorld, now: Millis) => OrderOutcome;

/** What reading an order may need. */
export interface OrderSources {
  /** The command file; other files are named as seen from it. */
  readonly file: string;
  readonly readFile: (path: string) => Promise<Bytes>;
  readonly readLoad: (text: string) => Promise<KeptLoad>;
  /** The meter that is to obey: what it cannot do is found out before anything happens. */
  readonly meter: SimulatedMeter;
}

/** A message as text goes as it is; a pre-command is signed and gets its MAC. */
function textDeed(octets: Bytes): Deed {
  const bytes = messageOctets(octets);
  const { header, mac, signature } = decodeEnvelope(bytes);
  const bare = header.cra === 'command' && !mac && (signature?.length ?? 0) === 0;
  return (world, now) => world.deliver(bare ? protectedBy(world, bytes) : bytes, now);
}

function protectedBy({ meter: { device, keys } }: OrderWorld, preCommand: Bytes): Bytes {
  const { messageCode } = decodeEnvelope(preCommand).header;
  return signPreCommand(device.suite, keys, preCommand, undefined, categoryOf(messageCode));
}

/** A command of a JSON line without its protection, under another counter. @throws UsageError, ProtocolFault */
function preCommandOf(value: unknown, originatorCounter?: bigint): FromJson {
  if (typeof value !== 'object' || value === null) throw new UsageError('bad-json', 'holds no message');
  const { protection: _protection, ...rest } = value as Readonly<Record<string, unknown>>;
  const counter = originatorCounter === undefined ? {} : { originatorCounter: String(originatorCounter) };
  return messageFromJson({ ...rest, ...counter, form: 'pre-command', mac: 'absent', signature: 'absent' });
}

/** A command as `gbcs decode --json` prints it is made anew: with a counter that has not been used, signature and MAC. */
function jsonDeed(path: string, octets: Bytes): Deed {
  const [line, ...more] = jsonLines(path, octets);
  if (!line || more.length > 0) throw new UsageError('bad-json', 'is to hold one message', { file: path });
  if (line.value instanceof UsageError) throw line.value;
  const { header } = preCommandOf(line.value).message;
  return (world, now) => {
    const { device, keys } = world.meter;
    const from = preCommandOf(line.value, world.supplier.counterFor(header.originatorCounter));
    const { bytes } = rewriteMessage(from, { suite: device.suite, keys, profile: undefined });
    return world.deliver(protectedBy(world, bytes), now);
  };
}

/** A message of a file, sent to the meter. @throws UsageError, ProtocolFault for what is no message */
export async function sendDeed(path: string, { file, readFile }: OrderSources): Promise<Deed> {
  const from = isAbsolute(path) || file === '-' ? path : join(dirname(file), path);
  const octets = await readFile(from);
  return path.toLowerCase().endsWith('.json') ? jsonDeed(from, octets) : textDeed(octets);
}
