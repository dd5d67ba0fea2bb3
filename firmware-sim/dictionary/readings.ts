import type { Element, Scalar } from '../codec/element.ts';
import { alertsByMask, alertsOn, ranges } from './alert-masks.ts';
import { type CosemMember, cosemClassName, cosemMember } from './cosem.ts';
import { USE_CASES } from './data/use-cases.ts';
import { CLUSTER_NAMES, GENERAL_COMMAND_NAMES, zclCommand } from './zcl-tables.ts';

/** The values beside a value and around it: what some values mean depends on others. */
export interface Surroundings {
  readonly beside: readonly Element[];
  readonly outside?: Surroundings | undefined;
}

/** A value as a reading gets it: bit strings as text of `0` and `1`, first bit first. */
type ReadingValue = Scalar;
type Rule = (value: ReadingValue, around: Surroundings | undefined) => string | undefined;

/** The nearest value of that name. */
function valueNamed(around: Surroundings | undefined, name: string): Element['value'] | undefined {
  for (let scope = around; scope; scope = scope.outside) {
    const found = scope.beside.find((element) => element.name === name);
    if (found) return found.value;
  }
  return undefined;
}

/** Rules for numbers, for bit texts and for octets: other values have no meaning by them. */
const ofNumber =
  (rule: (value: number, around: Surroundings | undefined) => string | undefined): Rule =>
  (value, around) =>
    typeof value === 'number' ? rule(value, around) : undefined;
const ofBits =
  (rule: (bits: string) => string | undefined): Rule =>
  (value) =>
    typeof value === 'string' ? rule(value) : undefined;
const ofOctets =
  (rule: (octets: Uint8Array) => string | undefined): Rule =>
  (value) =>
    value instanceof Uint8Array ? rule(value) : undefined;

const USE_CASE_TITLES = new Map<number, string>();

/** Use case code and title by the message code of a command or response; the base use case where variants share it. */
function useCaseTitle(messageCode: number): string | undefined {
  if (USE_CASE_TITLES.size === 0) {
    for (const row of USE_CASES) {
      for (const code of [...row.command, ...row.response, ...row.alert]) {
        if (!USE_CASE_TITLES.has(code)) USE_CASE_TITLES.set(code, `${row.baseCode ?? row.code} ${row.title}`);
      }
    }
  }
  return USE_CASE_TITLES.get(messageCode);
}

/** Class and attribute that stand beside an OBIS code, under the names of alerts or of class 30. */
function memberBeside(obis: unknown, around: Surroundings | undefined): CosemMember | undefined {
  const classId = valueNamed(around, 'classId') ?? valueNamed(around, 'class_id');
  const attribute = valueNamed(around, 'attributeId') ?? valueNamed(around, 'attribute_index');
  if (typeof classId !== 'number' || typeof attribute !== 'number') return undefined;
  return obis instanceof Uint8Array && obis.length === 6 ? cosemMember(classId, obis, 'attribute', attribute) : undefined;
}

/** SMETS name of the attribute that a future-dated alert reports on, with what part of it is meant. */
function reportedAttribute(_: number, around: Surroundings | undefined): string | undefined {
  const member = memberBeside(valueNamed(around, 'instanceId'), around);
  const part = member?.layout?.name.split('.').at(-1);
  return member && part === 'activateNextDateTime' ? `${member.name}.${part}` : member?.name;
}

/**
 * Command a future-dated GBZ alert reports on, by cluster and frame control beside it (ZCL 2.4.1.1). The reference data
 * leaves the direction out of some; a command that asks for something is never future-dated.
 */
function reportedCommand(command: number, around: Surroundings | undefined): string | undefined {
  const cluster = valueNamed(around, 'cluster');
  const frameControl = valueNamed(around, 'frameControl');
  if (typeof cluster !== 'number' || typeof frameControl !== 'number') return undefined;
  if ((frameControl & 0x03) !== 1) return GENERAL_COMMAND_NAMES[command];
  const toClient = (frameControl & 0x08) !== 0;
  const names = [toClient, !toClient].flatMap((direction) => zclCommand(cluster, command, direction)?.name ?? []);
  return names.find((name) => !name.startsWith('Get')) ?? names[0];
}

/** Selectors of the tariff script table 0-0:10.0.100.255. */
function tariffScript(selector: number): string | undefined {
  if (selector >= 1 && selector <= 48) return `TOU price and register ${selector}`;
  if (selector === 99) return 'reset the block counters';
  if (selector >= 101 && selector <= 108) return `block tariff, TOU column ${selector - 100}`;
  if (selector >= 201 && selector <= 204) return `secondary element, TOU price and register ${selector - 200}`;
  return undefined;
}

const SWITCH_ACTIONS: Readonly<Record<number, string>> = {
  0: 'a message from the HCALCS (log only)',
  1: 'calendar: on',
  2: 'calendar: off',
  17: 'command: on',
  18: 'command: off',
  32: 'back to calendar control',
};

/** Auxiliary controller 1 to 5 and what it does; proportional ones get a level of 0 to 100, from the calendar with 0x80. */
function auxiliaryAction(value: number): string | undefined {
  const kind = value >> 12;
  const number = (value >> 8) & 0x0f;
  const low = value & 0xff;
  if (number < 1 || number > 5 || kind > 2) return undefined;
  const controller = `controller ${number}`;
  if (kind === 0) return SWITCH_ACTIONS[low] && `${controller}, ${SWITCH_ACTIONS[low]}`;
  const level = low & 0x7f;
  if (level > 100) return undefined;
  return `${controller}, ${low & 0x80 ? 'calendar' : 'command'}: ${kind === 1 ? 'output' : 'input'} level ${level}`;
}

/** Controller number and direction in ECS101 and ECS102. */
function apcDirection(value: number): string | undefined {
  const direction = value >> 4 === 1 ? 'output' : value >> 4 === 2 ? 'input' : undefined;
  return direction && `controller ${value & 0x0f}, ${direction}`;
}

/** Index octet of the price matrix: TOU 1 to 48, or block and TOU column. */
function priceIndex(octets: Uint8Array): string | undefined {
  const index = octets[0];
  if (index === undefined || octets.length !== 1) return undefined;
  if (index >= 1 && index <= 0x30) return `TOU price ${index}`;
  const block = (index >> 4) - 9;
  const column = index & 0x0f;
  return block >= 1 && block <= 4 && column >= 1 && column <= 8 ? `block ${block}, TOU column ${column}` : undefined;
}

function secondaryPriceIndex(octets: Uint8Array): string | undefined {
  const [index] = octets;
  return octets.length === 1 && index !== undefined && index >= 1 && index <= 4 ? `secondary TOU price ${index}` : undefined;
}

/** AuxiliaryController[n].TypeAndIdentifier. */
function controllerType(octets: Uint8Array): string | undefined {
  if (octets.length === 0) return 'no controller';
  if (octets.length === 1 && octets[0] === 0xff) return 'APC (proportional controller)';
  if (octets.length !== 8) return undefined;
  return octets.every((octet) => octet === 0) ? 'ALCS' : 'HCALCS';
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Names of the bits that are set, counted from the front. */
function setBits(bits: string, name: (index: number) => string, between = ' '): string {
  const names = [...bits].flatMap((bit, i) => (bit === '1' ? [name(i)] : []));
  return names.length === 0 ? 'none' : names.join(between);
}

/** Lowest channel of a sub-GHz page; page 28 to 30 share the lower band, 31 is the upper one. */
const FIRST_CHANNEL: Readonly<Record<number, number>> = { 28: 0, 29: 27, 30: 35, 31: 0 };

/** Page number in five bits, then a bit for each channel, the lowest channel last. */
function pageMask(bits: string): string | undefined {
  if (bits.length !== 32) return undefined;
  const page = Number.parseInt(bits.slice(0, 5), 2);
  const first = FIRST_CHANNEL[page];
  if (first === undefined) return undefined;
  const channels = [...bits.slice(5)].reverse().flatMap((bit, i) => (bit === '1' ? [first + i] : []));
  const band = page === 31 ? ', upper band' : '';
  if (channels.length === 0) return `page ${page}${band}, no channel`;
  return `page ${page}${band}, ${channels.length === 1 ? 'channel' : 'channels'} ${ranges(channels, String)}`;
}

/** Why a channel scan began, in the order in which messages to users list it. */
export const SCAN_TRIGGERS: Readonly<Record<string, string>> = {
  '00': 'remote command',
  '01': 'GSME request',
  '02': 'missed curfew',
  '03': 'GSME missing for a day',
  '04': 'failures',
  '05': 'retries',
  '06': 'request of another device',
  '07': 'HAN formation',
};

/** Other information of the sub-GHz channel log: page mask, `09 01` and the scan trigger. */
function channelEvent(octets: Uint8Array): string | undefined {
  if (octets.length !== 7 || octets[4] !== 0x09 || octets[5] !== 0x01) return undefined;
  const page = pageMask([...octets.subarray(0, 4)].map((octet) => octet.toString(2).padStart(8, '0')).join(''));
  const trigger = SCAN_TRIGGERS[(octets[6] as number).toString(16).padStart(2, '0')];
  return page && trigger ? `${page}; ${trigger}` : page;
}

/** Status flags of a device in the hub's log (Blue Book, ZigBee network control, active_devices). */
const DEVICE_STATUS = [
  'authorised',
  'reporting',
  'unauthorised but reported before',
  'authorised after swap-out',
  'SEP transmitting',
];

/** What happens on an event: log in the low three bits, then WAN alert, HAN alert and alarm. */
function eventConfiguration(value: number): string {
  const parts = [
    (value & 0x07) === 0x03 ? 'log' : (value & 0x07) === 0 ? undefined : `log action ${value & 0x07}`,
    value & 0x08 ? 'WAN alert' : undefined,
    value & 0x10 ? 'HAN alert' : undefined,
    value & 0x40 ? 'alarm' : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** A day profile's entry: a tier of a tariff calendar, start or stop of a non-disablement calendar. */
function dayEntry(value: number, around: Surroundings | undefined): string | undefined {
  switch (valueNamed(around, 'Calendar Type')) {
    case 0:
      return value === 0 ? 'block tariff' : `TOU tier ${value}`;
    case 3:
      return value === 1 ? 'non-disablement starts' : value === 0 ? 'non-disablement stops' : undefined;
    default:
      return undefined;
  }
}

function priceEntry(value: number, around: Surroundings | undefined): string | undefined {
  const control = valueNamed(around, 'Sub-payload Control');
  return control === 0 ? `block ${value + 1}` : control === 1 ? `TOU tier ${value}` : undefined;
}

/** Rules by name. */
const RULES = {
  'message-code': ofNumber(useCaseTitle),
  'cosem-class': ofNumber(cosemClassName),
  'cosem-object': (value, around) => memberBeside(value, around)?.name,
  'cosem-attribute': ofNumber(reportedAttribute),
  cluster: ofNumber((value) => CLUSTER_NAMES[value]),
  'zcl-command': ofNumber(reportedCommand),
  'tariff-script': ofNumber(tariffScript),
  'auxiliary-action': ofNumber(auxiliaryAction),
  'apc-direction': ofNumber(apcDirection),
  'price-index': ofOctets(priceIndex),
  'secondary-price-index': ofOctets(secondaryPriceIndex),
  'controller-type': ofOctets(controllerType),
  weekdays: ofBits((bits) => setBits(bits, (i) => WEEKDAYS[i] ?? `${i + 1}`)),
  'special-days': ofBits((bits) => (bits === '' ? undefined : `special days: ${setBits(bits, (i) => `${i + 1}`)}`)),
  'page-mask': ofBits(pageMask),
  'channel-event': ofOctets(channelEvent),
  'device-status': ofBits((bits) => setBits(bits, (i) => DEVICE_STATUS[i] ?? `bit ${i}`, ', ')),
  'network-operator-alerts': ofBits((bits) => alertsOn(bits, 0x80)),
  'supplier-alerts': ofBits((bits) => alertsOn(bits, 0x81)),
  'network-operator-alert-changes': ofBits((bits) => alertsByMask(bits, 0x80)),
  'supplier-alert-changes': ofBits((bits) => alertsByMask(bits, 0x81)),
  'event-configuration': ofNumber(eventConfiguration),
  'day-entry': ofNumber(dayEntry),
  'price-entry': ofNumber(priceEntry),
  decimals: ofNumber((value) => `${value >> 4} decimals`),
  'tiers-and-tier': ofNumber((value) => `${value >> 4} tiers, register tier ${value & 0x0f}`),
  'threshold-count': ofNumber((value) => `${value & 0x0f} thresholds`),
  'decimals-and-tier': ofNumber((value) => `${value >> 4} decimals, tier ${value & 0x0f}`),
} satisfies Record<string, Rule>;

/** Name of a rule that says what a value means. */
export type Reading = keyof typeof RULES;

/** What a value means by a rule; undefined where the rule has nothing to say about it. */
export function readingOf(reading: Reading, value: ReadingValue, around: Surroundings | undefined): string | undefined {
  return RULES[reading](value, around);
}
