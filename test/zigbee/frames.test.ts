import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../firmware-sim/kernel/byte-reader.ts';
import { concat, fromAscii, toHex } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import { type Eui64, eui64At } from '../../firmware-sim/kernel/eui64.ts';
import { type ApsCommand, decodeApsCommand, encodeApsCommand } from '../../firmware-sim/zigbee/aps-command.ts';
import { type ApsHeader, decodeApsFrame, encodeApsHeader } from '../../firmware-sim/zigbee/aps-frame.ts';
import {
  type Beacon,
  decodeBeacon,
  decodeMacCommand,
  encodeBeacon,
  encodeMacCommand,
  type MacCommand,
} from '../../firmware-sim/zigbee/mac-command.ts';
import {
  ackFrame,
  decodeMacFrame,
  encodeMacFrame,
  frameCheckSequence,
  type MacAddress,
  type MacFrame,
} from '../../firmware-sim/zigbee/mac-frame.ts';
import { decodeNwkCommand, encodeNwkCommand, type NwkCommand } from '../../firmware-sim/zigbee/nwk-command.ts';
import { decodeNwkFrame, encodeNwkHeader, type NwkHeader } from '../../firmware-sim/zigbee/nwk-frame.ts';
import { KEY_KINDS, readSecurityHeader, type SecurityHeader, secure, unsecure } from '../../firmware-sim/zigbee/security.ts';

const octet = fc.nat(255);
const word = fc.nat(0xffff);
const eui = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((octets): Eui64 => eui64At(octets));
const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
const capability = fc.record({ router: fc.boolean(), mainsPowered: fc.boolean(), rxOnWhenIdle: fc.boolean() });
const kind = <K extends string>(name: K) => fc.constant(name);

/** A record whose optional fields are sometimes not there. */
function partly<T extends object, K extends keyof T>(fields: { [F in keyof T]-?: fc.Arbitrary<T[F]> }, optional: readonly K[]) {
  const required = (Object.keys(fields) as (keyof T)[]).filter((name) => !optional.includes(name as K));
  return fc.record(fields, { requiredKeys: required as never }) as unknown as fc.Arbitrary<T>;
}

const macAddress: fc.Arbitrary<MacAddress> = fc.oneof(
  fc.record({ pan: word, short: word }),
  fc.record({ pan: word, extended: eui }),
);
const macFrame = partly<MacFrame, 'destination' | 'source'>(
  {
    type: fc.constantFrom('beacon', 'data', 'ack', 'command'),
    sequence: octet,
    ackRequest: fc.boolean(),
    pending: fc.boolean(),
    destination: macAddress,
    source: macAddress,
    payload: fc.uint8Array({ maxLength: 90 }),
  },
  ['destination', 'source'],
);
const macCommand: fc.Arbitrary<MacCommand> = fc.oneof(
  fc.record({ kind: kind('association-request'), capability }),
  fc.record({ kind: kind('association-response'), address: word, status: octet }),
  fc.record({ kind: kind('disassociation'), reason: octet }),
  fc.record({ kind: kind('data-request') }),
  fc.record({ kind: kind('beacon-request') }),
);
const beacon: fc.Arbitrary<Beacon> = fc.record({
  extendedPan: eui,
  joining: fc.boolean(),
  coordinator: fc.boolean(),
  routerCapacity: fc.boolean(),
  endDeviceCapacity: fc.boolean(),
  depth: fc.nat(15),
  updateId: octet,
});
const nwkHeader = partly<NwkHeader, 'destinationEui' | 'sourceEui' | 'sourceRoute'>(
  {
    kind: fc.constantFrom('data', 'command'),
    destination: word,
    source: word,
    radius: octet,
    sequence: octet,
    destinationEui: eui,
    sourceEui: eui,
    sourceRoute: fc.record({ index: fc.nat(4), relays: fc.array(word, { maxLength: 5 }) }),
    secured: fc.constant(false),
  },
  ['destinationEui', 'sourceEui', 'sourceRoute'],
);
const link = fc.record({ neighbour: word, incoming: fc.nat(7), outgoing: fc.nat(7) });
const nwkCommand: fc.Arbitrary<NwkCommand> = fc.oneof(
  partly(
    { kind: kind('route-request'), id: octet, destination: word, cost: octet, manyToOne: fc.boolean(), destinationEui: eui },
    ['destinationEui'],
  ),
  partly(
    {
      kind: kind('route-reply'),
      id: octet,
      originator: word,
      responder: word,
      cost: octet,
      originatorEui: eui,
      responderEui: eui,
    },
    ['originatorEui', 'responderEui'],
  ),
  fc.record({ kind: kind('network-status'), status: octet, destination: word }),
  fc.record({ kind: kind('leave'), request: fc.boolean(), rejoin: fc.boolean(), removeChildren: fc.boolean() }),
  fc.record({ kind: kind('route-record'), relays: fc.array(word, { maxLength: 8 }) }),
  fc.record({ kind: kind('rejoin-request'), capability }),
  fc.record({ kind: kind('rejoin-response'), address: word, status: octet }),
  fc.record({ kind: kind('link-status'), links: fc.array(link, { maxLength: 20 }) }),
  fc.record({ kind: kind('timeout-request'), timeout: octet }),
  fc.record({ kind: kind('timeout-response'), status: octet, parentInformation: octet }),
);
const addressing = fc.record({ destinationEndpoint: octet, sourceEndpoint: octet, cluster: word, profile: word });
const apsHeader: fc.Arbitrary<ApsHeader> = fc.oneof(
  partly<Extract<ApsHeader, { kind: 'data' | 'ack' }>, 'fragment'>(
    {
      kind: fc.constant('data' as const),
      broadcast: fc.boolean(),
      ackRequest: fc.boolean(),
      addressing,
      counter: octet,
      fragment: fc.record({ place: fc.constantFrom('first', 'later'), number: octet }),
      secured: fc.constant(false),
    },
    ['fragment'],
  ),
  fc.record({
    kind: kind('ack'),
    broadcast: fc.constant(false),
    ackRequest: fc.constant(false),
    addressing,
    counter: octet,
    fragment: fc.record({ place: fc.constantFrom('first' as const, 'later' as const), number: octet, received: octet }),
    secured: fc.constant(false),
  }),
  fc.record({ kind: kind('command'), counter: octet, secured: fc.constant(false), ackRequest: fc.boolean() }),
  fc.record({ kind: kind('command-ack'), counter: octet, secured: fc.constant(false) }),
);
const apsCommand: fc.Arbitrary<ApsCommand> = fc.oneof(
  fc.record({ kind: kind('transport-network-key'), key, sequence: octet, destination: eui, source: eui }),
  fc.record({ kind: kind('transport-link-key'), key, destination: eui, source: eui }),
  fc.record({ kind: kind('update-device'), device: eui, address: word, status: octet }),
  fc.record({ kind: kind('remove-device'), device: eui }),
  fc.record({ kind: kind('switch-key'), sequence: octet }),
  fc.record({ kind: kind('tunnel'), destination: eui, frame: fc.uint8Array({ maxLength: 40 }) }),
);

const same = <T>(values: fc.Arbitrary<T>, encode: (value: T) => Uint8Array, decode: (octets: Uint8Array) => unknown) =>
  fc.assert(
    fc.property(values, (value) => {
      expect(decode(encode(value))).toEqual(value);
    }),
  );

describe('frames come back as they were sent', () => {
  it('MAC frames and commands, beacons', () => {
    same(macFrame, encodeMacFrame, decodeMacFrame);
    same(macCommand, encodeMacCommand, decodeMacCommand);
    same(beacon, encodeBeacon, decodeBeacon);
  });

  it('network headers and commands', () => {
    same(nwkHeader, encodeNwkHeader, (octets) => decodeNwkFrame(octets).header);
    same(nwkCommand, encodeNwkCommand, decodeNwkCommand);
  });

  it('application headers and commands', () => {
    same(apsHeader, encodeApsHeader, (octets) => decodeApsFrame(octets).header);
    same(apsCommand, encodeApsCommand, decodeApsCommand);
  });

  it('secured payloads, under every kind of key', () => {
    const header = partly<SecurityHeader, 'source' | 'keySequence'>(
      { key: fc.constantFrom(...KEY_KINDS), frameCounter: fc.nat(0xffff_ffff), source: eui, keySequence: octet },
      ['source', 'keySequence'],
    ).map(
      ({ keySequence, ...rest }): SecurityHeader => (rest.key === 'network' ? { ...rest, keySequence: keySequence ?? 0 } : rest),
    );
    const some = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(key, header, eui, some, some, (secret, security, source, before, payload) => {
        const sealed = secure(secret, security, source, before, payload);
        const reader = new ByteReader(sealed);
        expect(readSecurityHeader(reader)).toEqual(security);
        const hidden = reader.rest();
        expect(unsecure(secret, security, source, before, hidden)).toEqual(payload);
        expect(
          unsecure(secret, { ...security, frameCounter: security.frameCounter ^ 1 }, source, before, hidden),
        ).toBeUndefined();
        expect(unsecure(secret, security, source, concat(before, Uint8Array.of(0)), hidden)).toBeUndefined();
      }),
    );
  });
});

describe('octets of the standards', () => {
  it('the check value of CRC-16/KERMIT, an acknowledgement and a beacon request', () => {
    expect(frameCheckSequence(fromAscii('123456789'))).toBe(0x2189);
    expect(toHex(ackFrame(0x4a, true).subarray(0, 3))).toBe('12004a');
    const request = encodeMacFrame({
      type: 'command',
      sequence: 0x01,
      ackRequest: false,
      pending: false,
      destination: { pan: 0xffff, short: 0xffff },
      payload: encodeMacCommand({ kind: 'beacon-request' }),
    });
    expect(toHex(request.subarray(0, 8))).toBe('030801ffffffff07');
  });
});

describe('a peer’s octets', () => {
  const decoders: readonly (readonly [string, (octets: Uint8Array) => unknown])[] = [
    ['MAC frames', decodeMacFrame],
    ['MAC commands', decodeMacCommand],
    ['beacons', decodeBeacon],
    ['network frames', decodeNwkFrame],
    ['network commands', decodeNwkCommand],
    ['application frames', decodeApsFrame],
    ['application commands', decodeApsCommand],
  ];

  it.each(decoders)('%s: anything at all is read or refused as a fault', (_name, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), (octets) => {
        try {
          decode(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolFault);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('a frame whose check sequence is wrong is refused', () => {
    const good = encodeMacFrame({
      type: 'data',
      sequence: 1,
      ackRequest: false,
      pending: false,
      payload: Uint8Array.of(1, 2, 3),
    });
    expect(() => decodeMacFrame(good.with(3, 9))).toThrow(/check sequence/);
  });
});
