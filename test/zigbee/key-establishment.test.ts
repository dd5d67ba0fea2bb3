import { describe, expect, it } from 'vitest';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { type Eui64, parseEui64 } from '../../firmware-sim/kernel/eui64.ts';
import {
  type EstablishmentCredentials,
  type EstablishmentOutput,
  KeyEstablishment,
  TIMED_OUT,
} from '../../firmware-sim/zigbee/se/key-establishment.ts';
import { TERMINATION } from '../../firmware-sim/zigbee/se/key-establishment-messages.ts';
import { credentialsOf, HUB, ESME as METER } from './station-home.ts';

const OTHER_AUTHORITY = parseEui64('00-0D-6F-00-00-00-00-02');

const party = (eui: Eui64, ...held: EstablishmentCredentials[]): KeyEstablishment =>
  new KeyEstablishment({ eui, credentials: held, entropy: seededEntropy('ke test', eui) });

type Sent = Extract<EstablishmentOutput, { kind: 'send' }>;

/** Lets two parties talk until both are silent; `tamper` may change what is said, or drop it. */
function talk(
  meter: KeyEstablishment,
  hub: KeyEstablishment,
  first: readonly EstablishmentOutput[],
  tamper: (sent: Sent, from: Eui64) => Sent | undefined = (sent) => sent,
) {
  const ended: { at: Eui64; output: Exclude<EstablishmentOutput, { kind: 'send' }> }[] = [];
  const queue = first.map((output) => ({ from: METER, output }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { from, output } = next;
    if (output.kind !== 'send') {
      ended.push({ at: from, output });
      continue;
    }
    const sent = tamper(output, from);
    if (!sent) continue;
    const [to, at] = from === METER ? [hub, HUB] : [meter, METER];
    for (const answer of to.receive(from, sent.toClient, sent.command, sent.payload, 0)) queue.push({ from: at, output: answer });
  }
  return ended;
}

const statuses = (ended: ReturnType<typeof talk>) =>
  ended.map(({ at, output }) => [at === HUB ? 'hub' : 'meter', output.kind === 'failed' ? output.status : 'agreed']);

describe.each([1, 2] as const)('suite %i', (suite) => {
  const meter = () => party(METER, credentialsOf(METER, suite));
  const hub = () => party(HUB, credentialsOf(HUB, suite));

  it('both sides agree on one key', () => {
    const [m, h] = [meter(), hub()];
    const ended = talk(m, h, m.start(HUB, 0));
    const keys = ended.map(({ output }) => (output.kind === 'agreed' ? toHex(output.linkKey) : 'failed'));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect([m.deadline, h.deadline]).toEqual([undefined, undefined]);
  });

  it.each([
    ['the meter’s', METER],
    ['the hub’s', HUB],
  ] as const)('%s tampered confirmation is refused, and nobody keeps a key it cannot use', (_name, whose) => {
    const [m, h] = [meter(), hub()];
    const ended = talk(m, h, m.start(HUB, 0), (sent, from) => {
      const confirm = sent.command === 2 && from === whose;
      return confirm ? { ...sent, payload: sent.payload.with(0, (sent.payload[0] ?? 0) ^ 1) } : sent;
    });
    const told = statuses(ended);
    if (whose === METER)
      expect(told).toEqual([
        ['hub', TERMINATION.badKeyConfirm],
        ['meter', TERMINATION.badKeyConfirm],
      ]);
    else expect(told).toContainEqual(['meter', TERMINATION.badKeyConfirm]);
  });

  it('a certificate of another authority is refused', () => {
    const [m, h] = [party(METER, credentialsOf(METER, suite, OTHER_AUTHORITY, 77n)), hub()];
    expect(statuses(talk(m, h, m.start(HUB, 0)))).toEqual([['meter', TERMINATION.unknownIssuer]]);
    expect(h.deadline).toBeUndefined();
  });

  it('a certificate that names somebody else is refused', () => {
    const [m, h] = [party(METER, credentialsOf(HUB, suite)), hub()];
    expect(statuses(talk(m, h, m.start(HUB, 0)))).toEqual([['meter', TERMINATION.invalidCertificate]]);
  });

  it('a stolen certificate without its private key does not get through', () => {
    const [m, h] = [party(METER, { ...credentialsOf(METER, suite), privateKey: 5n }), hub()];
    expect(statuses(talk(m, h, m.start(HUB, 0)))).toEqual([
      ['hub', TERMINATION.badKeyConfirm],
      ['meter', TERMINATION.badKeyConfirm],
    ]);
  });

  it.each([
    ['off the curve', (point: Uint8Array) => point.with(0, 4)],
    ['of small order', (point: Uint8Array) => new Uint8Array(point.length).with(0, 2)],
    ['cut short', (point: Uint8Array) => point.subarray(1)],
  ])('an ephemeral point %s is refused', (_name, change) => {
    const [m, h] = [meter(), hub()];
    const ended = talk(m, h, m.start(HUB, 0), (sent, from) =>
      sent.command === 1 && from === METER ? { ...sent, payload: change(sent.payload) } : sent,
    );
    expect(statuses(ended)).toEqual([
      ['hub', TERMINATION.badMessage],
      ['meter', TERMINATION.badMessage],
    ]);
  });

  it('a suite nobody has is refused by its name', () => {
    const other = suite === 1 ? 2 : 1;
    const [m, h] = [meter(), party(HUB, credentialsOf(HUB, other))];
    expect(statuses(talk(m, h, m.start(HUB, 0)))).toEqual([['meter', TERMINATION.unsupportedSuite]]);
    expect(meter().start(HUB, 0, other)).toEqual([
      { kind: 'failed', peer: HUB, status: TERMINATION.unsupportedSuite, bySelf: true },
    ]);
  });

  it('an exchange nobody goes on with ends by itself', () => {
    const [m, h] = [meter(), hub()];
    talk(m, h, m.start(HUB, 0), (sent) => (sent.command === 1 ? undefined : sent));
    for (const side of [m, h]) {
      expect(side.due(5_000)).toEqual([]);
      expect(side.due(60_000).map((output) => output.kind === 'failed' && output.status)).toEqual([TIMED_OUT]);
      expect(side.deadline).toBeUndefined();
    }
  });

  it('commands out of turn, of any octets, end in a termination and never throw', () => {
    const entropy = seededEntropy('ke fuzz', String(suite));
    for (let i = 0; i < 60; i++) {
      const [m, h] = [meter(), hub()];
      const [first] = m.start(HUB, 0);
      if (first?.kind === 'send' && i % 2 === 0) h.receive(METER, false, first.command, first.payload, 0);
      const octets = entropy((i * 7) % 120);
      for (const output of h.receive(METER, i % 3 === 0, i % 6, octets, 0)) expect(['send', 'failed']).toContain(output.kind);
    }
  });
});

it('a hub answers a few at a time and tells others to wait', () => {
  const h = party(HUB, credentialsOf(HUB, 2));
  const answers = Array.from({ length: 6 }, (_, i) => {
    const eui = parseEui64(`00-DB-12-34-56-78-91-0${i}`);
    const [first] = party(eui, credentialsOf(eui, 2)).start(HUB, 0);
    return first?.kind === 'send' ? h.receive(eui, false, first.command, first.payload, 0) : [];
  });
  const commands = answers.map(([answer]) => (answer?.kind === 'send' ? answer.command : undefined));
  expect(commands).toEqual([0, 0, 0, 0, 3, 3]);
});
