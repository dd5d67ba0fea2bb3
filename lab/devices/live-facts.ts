import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { LifeState } from '../../firmware-sim/device/life/life.ts';
import type { LedgerState } from '../../firmware-sim/device/payment/ledger.ts';
import { esmeDisplay } from '../../firmware-sim/esme/display.ts';
import { gasDisplay } from '../../firmware-sim/gsme/display.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import { handInLoads } from '../loads/hand-in.ts';
import { shown } from '../simulate/day-table.ts';
import { pounds } from '../simulate/money.ts';
import { readingsOf, readValues, supplyOf } from '../simulate/readings.ts';
import { displayFacts } from './display-words.ts';
import type { Fact } from './plain-words.ts';
import { profileNamed } from './profiles.ts';
import { makeDevice } from './provision.ts';
import type { StoredDevice } from './stored-devices.ts';

/** A kept device to look at: it has no trust anchors but those of its state, and makes no keys. */
function deviceOf(eui: Eui64, { type, profile: name, madeAt, state, loads }: StoredDevice): Device {
  const suite = createNodeSuite({ entropy: seededEntropy('device show', 'unused') });
  const profile = profileNamed(type, name);
  const plan = { suite, type, profile, seed: '', madeAt, certificateValidity: true, state };
  const device = makeDevice(plan, { identity: { eui }, cells: [], lentKeys: undefined });
  if (loads && (type === 'ESME' || type === 'GSME')) handInLoads(type, device, loads);
  return device;
}

/** Causes and balances as words: `time-debt-1`, `meterBalance`. */
const words = (name: string): string => name.replace(/[A-Z]|\d+/g, (part) => ` ${part.toLowerCase()}`).replace(/[- ]+/g, ' ');

function ledgerFacts({ totals }: LedgerState): readonly Fact[] {
  return Object.entries(totals).map(([key, millipence]) => {
    const [balance = '', cause = ''] = key.split(' ');
    return {
      part: 'ledger',
      key: `${balance}.${cause}`,
      name: `${words(balance)}: ${words(cause)}`,
      value: `${pounds(millipence)} GBP`,
    };
  });
}

/** State of an organ in one line; octets as hex, moments as they are kept. */
function organWords(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return `[${value.map(organWords).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${fields.map(([name, inner]) => `${name} ${organWords(inner)}`).join(', ')}}`;
}

function lifeFacts({ livedTo, poweredDown, organs }: LifeState): readonly Fact[] {
  const until = livedTo === undefined ? 'no time has passed for it' : `up to ${toIso(livedTo)}`;
  return [
    { part: 'life', key: 'lived', name: 'has lived', value: until },
    { part: 'life', key: 'power', name: 'application', value: poweredDown ? 'off, without power' : 'runs' },
    ...Object.entries(organs).map(
      ([name, state]): Fact => ({ part: 'life', key: name, name: 'keeps', value: organWords(state) }),
    ),
  ];
}

function meterFacts(type: 'ESME' | 'GSME', device: Device, now: Millis): readonly Fact[] {
  const values = readValues(device);
  const live = readingsOf(type).flatMap((reading): Fact[] => {
    const value = values[reading.name];
    return value === undefined ? [] : [{ part: 'live', key: reading.name, name: reading.title, value: shown(reading, value) }];
  });
  const display = displayFacts(type === 'ESME' ? esmeDisplay(device, now, true) : gasDisplay(device, now, true));
  return [
    ...live,
    { part: 'live', key: 'supply', name: 'supply', value: supplyOf(device) },
    ...display.map((fact): Fact => ({ part: 'display', ...fact })),
  ];
}

/** What a kept device measures, shows, has booked and remembers of its life, in words, at the time up to which it has lived. */
export function liveFacts(eui: Eui64, stored: StoredDevice): readonly Fact[] {
  const { type, state, madeAt } = stored;
  const device = deviceOf(eui, stored);
  const meter = type === 'ESME' || type === 'GSME' ? meterFacts(type, device, state.life?.livedTo ?? madeAt) : [];
  return [...meter, ...(state.ledger ? ledgerFacts(state.ledger) : []), ...(state.life ? lifeFacts(state.life) : [])];
}
