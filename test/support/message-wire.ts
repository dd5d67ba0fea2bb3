/** Generators of whole messages: every header form around every payload kind, tidy or not. */
import fc from 'fast-check';
import { ALERT_LAYOUTS } from '../../firmware-sim/dictionary/alert-layouts.ts';
import { COSEM_MEMBERS } from '../../firmware-sim/dictionary/data/cosem-members.ts';
import { ZCL_COMMANDS } from '../../firmware-sim/dictionary/data/zcl-commands.ts';
import { ASN1_STRUCTURES } from '../../firmware-sim/gbcs/asn1/table.ts';
import { type AccessRow, accessLists, CATALOGUE } from '../../firmware-sim/gbcs/catalogue.ts';
import { memberOf } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { type Block, blockMessage } from '../second/blocks.ts';
import { type Header, type Supplementary, signedPart } from '../second/message.ts';
import { be, berLength, join, type Octets, counted as shortCounted } from '../second/octets.ts';
import { axdrLike, axdrValue, dateTimeOctets, derOf, derValue, type OctetsArbitrary, octets, parts, zclFields } from './wire.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const u16 = fc.nat({ max: 0xffff });
const obisOctets = (obis: string): Octets => Uint8Array.from(obis.split(/[-:.]/).map(Number));

const supplementary: fc.Arbitrary<Supplementary> = fc.oneof(
  fc.record({ party: octets(8) }),
  fc.record({ party: octets(8), counter: u64 }),
  fc.record({ party: octets(8), counter: u64, originatorCounter: u64 }),
  fc.record({ party: octets(8), counter: u64, certificate: octets(9, 200) }),
);

/** What a header says besides flag and code. */
const parties = fc.record(
  { counter: u64, originator: octets(8), recipient: octets(8), supplementary, dateTime: dateTimeOctets },
  { requiredKeys: ['counter', 'originator', 'recipient'] },
);

/** A payload with the message code and CRA flag it belongs to. */
export interface Carried {
  readonly code: number;
  readonly flag: number;
  readonly payload: Octets;
}

const carried = (code: fc.Arbitrary<number>, flag: number, payload: OctetsArbitrary): fc.Arbitrary<Carried> =>
  fc.record({ code, flag: fc.constant(flag), payload });

const codesOf = (cra: 'command' | 'response' | 'alert'): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(...new Set(CATALOGUE.flatMap((row) => row[cra]))), u16);

const head = parts(octets(4), fc.oneof(fc.constant(Uint8Array.of(0)), parts(12, dateTimeOctets)));
const count = (items: readonly unknown[]): Octets => berLength(items.length);
const NULL = fc.constant(Uint8Array.of(0));

/** One access: its specification, and the data that stands for it at the end of the request. */
const access: fc.Arbitrary<readonly [Octets, Octets]> = fc.constantFrom(...COSEM_MEMBERS).chain((member) => {
  const place = join(be(member.class, 2), obisOctets(member.obis), member.number);
  const data = fc.oneof(NULL, axdrLike(member.layout));
  if (member.kind === 'method') return fc.tuple(parts(3, place), data);
  const selection = parts(octets(1), axdrLike(member.selection));
  return fc.oneof(
    fc.tuple(parts(1, place), NULL),
    fc.tuple(parts(2, place), data),
    fc.tuple(parts(4, place, selection), NULL),
    fc.tuple(parts(5, place, selection), data),
    fc.tuple(
      parts(
        fc.constantFrom(1, 2, 3).map((choice) => Uint8Array.of(choice)),
        octets(9),
      ),
      fc.oneof(NULL, axdrValue),
    ),
  );
});

const accessRequest: OctetsArbitrary = fc
  .tuple(head, fc.array(access, { maxLength: 5 }))
  .map(([start, items]) => join('d9', start, count(items), ...items.map(([s]) => s), count(items), ...items.map(([, d]) => d)));

const CHOICES = { get: 1, set: 2, action: 3 } as const;

function outcomeOf(row: AccessRow): fc.Arbitrary<readonly [Octets, Octets]> {
  const plain = row[0].startsWith('get') ? 'get' : row[0].startsWith('set') ? 'set' : 'action';
  const member = memberOf(row);
  const data = fc.oneof(NULL, axdrLike(plain === 'action' ? member?.response : member?.layout));
  return fc.tuple(data, parts(CHOICES[plain], octets(1)));
}

const anyOutcome = fc.tuple(
  fc.oneof(NULL, axdrValue),
  parts(
    fc.constantFrom(1, 2, 3).map((c) => Uint8Array.of(c)),
    octets(1),
  ),
);

function accessResponse(code: number): OctetsArbitrary {
  const [list = []] = accessLists(code);
  const answers = list.length > 0 ? fc.tuple(...list.map(outcomeOf)) : fc.array(anyOutcome, { maxLength: 4 });
  return fc
    .tuple(head, fc.oneof(answers, fc.array(anyOutcome, { maxLength: 4 })))
    .map(([start, items]) =>
      join('da', start, '00', count(items), ...items.map(([d]) => d), count(items), ...items.map(([, o]) => o)),
    );
}

const notification = (code: number): OctetsArbitrary => parts(0x0f, head, fc.oneof(axdrLike(ALERT_LAYOUTS.get(code)), axdrValue));

/** One ZCL command with its control octet, dates and encryption as they may be. */
const component: OctetsArbitrary = fc
  .tuple(fc.constantFrom(...ZCL_COMMANDS), fc.boolean(), fc.boolean(), fc.boolean(), octets(1))
  .chain(([row, last, dated, sealed, sequence]) => {
    const control = (last ? 0x01 : 0) | (sealed ? 0x02 : 0) | (dated ? 0x10 : 0);
    const payload = sealed ? octets(0, 60).map((blob) => join(be(blob.length, 2), blob)) : zclFields(row.fields);
    const frame = parts(row.toClient ? 0x09 : 0x01, sequence, row.command, payload);
    const body = parts(dated ? octets(4) : new Uint8Array(0), sealed ? octets(2) : new Uint8Array(0), frame);
    return body.map((content) => join(control, be(row.cluster, 2), be(content.length, 2), content));
  });

const gbz: OctetsArbitrary = fc.array(component, { maxLength: 3 }).map((all) => join('0109', all.length, ...all));

const gbzAlert = (code: number): OctetsArbitrary => {
  const start = octets(6);
  const content = code === 0x008b ? component : fc.oneof(parts(0x0e, octets(14)), octets(2), octets(0, 40), component);
  return fc.oneof(parts(join('010900'), start), parts(join('010901'), start, content));
};

const asn1: fc.Arbitrary<Carried> = fc
  .constantFrom(...ASN1_STRUCTURES)
  .chain(([code, structures]) =>
    fc
      .constantFrom(
        ...(['command', 'response', 'alert'] as const).flatMap((cra, i) =>
          structures[cra] ? [[i + 1, structures[cra]] as const] : [],
        ),
      )
      .chain(([flag, schema]) => carried(fc.constant(code), flag, fc.oneof(derOf(schema, false), derValue))),
  );

const CARRIED: readonly (readonly [kind: string, fc.Arbitrary<Carried>])[] = [
  ['dlms-access-request', carried(codesOf('command'), 1, accessRequest)],
  ['dlms-access-response', codesOf('response').chain((code) => carried(fc.constant(code), 2, accessResponse(code)))],
  ['dlms-data-notification', codesOf('alert').chain((code) => carried(fc.constant(code), 3, notification(code)))],
  ['gbz', fc.constantFrom(1, 2).chain((flag) => carried(codesOf('response'), flag, gbz))],
  [
    'gbz-alert',
    fc.oneof(fc.constantFrom(0x008b, 0x00cd, 0x00cf, 0x00f2), u16).chain((code) => carried(fc.constant(code), 3, gbzAlert(code))),
  ],
  ['asn1', asn1],
  ['empty', carried(u16, 1, octets(0))],
];

/** Every kind of payload with messages that carry it. */
export const PAYLOAD_KINDS = CARRIED;

/** Octets of a message and what went into it. */
export interface Written {
  readonly header: Header;
  readonly payload: Octets;
  readonly signature: Octets | undefined;
  readonly mac: Octets | undefined;
  readonly octets: Octets;
}

function write(header: Header, payload: Octets, signature: Octets | undefined, mac: Octets | undefined): Written {
  const inner = join('df', signedPart(header, payload), signature ? shortCounted(signature) : '');
  const whole = mac ? join('dd 000000000000', shortCounted(join('11 00000000', inner, mac))) : inner;
  return { header, payload, signature, mac, octets: whole };
}

/** A whole message around a payload: with and without MAC, signature, date-time and supplementary party. */
export const messageAround = (content: fc.Arbitrary<Carried>): fc.Arbitrary<Written> => {
  const signature = fc.oneof(fc.constant(new Uint8Array(0)), octets(64), octets(96));
  const protection = fc.oneof(
    fc.record({ signature, mac: octets(12) }),
    fc.record({ signature, mac: fc.constant(undefined) }),
    fc.constant({ signature: undefined, mac: undefined }),
  );
  return fc
    .tuple(content, parties, protection)
    .map(([{ code, flag, payload }, rest, { signature: rs, mac }]) =>
      write({ ...(rest as Omit<Header, 'code' | 'flag'>), code, flag }, payload, rs, mac),
    );
};

/** One block of general block transfer. */
export const blockOctets: OctetsArbitrary = fc
  .tuple(
    fc.record({ flag: fc.integer({ min: 1, max: 3 }), counter: u64, originator: octets(8), recipient: octets(8), code: u16 }),
    fc.record<Block>({
      last: fc.boolean(),
      streaming: fc.boolean(),
      window: fc.nat({ max: 63 }),
      number: u16,
      acknowledged: u16,
      data: octets(0, 300),
    }),
  )
  .map(([header, block]) => blockMessage(header, block));
