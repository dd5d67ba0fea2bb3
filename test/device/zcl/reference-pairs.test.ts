import { afterAll, describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../../firmware-sim/gbcs/envelope.ts';
import { toHex } from '../../../firmware-sim/kernel/bytes.ts';
import { loadKeystore } from '../../../lab/keystore/keystore.ts';
import { readReferenceData } from '../../support/corpus.ts';
import { skipReason } from '../../support/shared.ts';
import { clone, componentsOf, faultsOf, gasDevice, momentOf, opened, RTDS_TIME, reasons, sent, suite } from './bench.ts';

const reference = readReferenceData();
const keystore = reference && loadKeystore(reference.keystore, suite);
const messages = new Map(reference?.messages.map((message) => [message.id, message]));

/** GBZ commands whose MAC can be checked, with their responses. */
const pairs = (reference?.pairs ?? []).flatMap(({ command, response, alerts }) => {
  const row = messages.get(command);
  return response && row?.payloadKind === 'gbz' && row.mac === 'valid' ? [{ command, response, alerts: alerts ?? [], row }] : [];
});

const counts = { cloned: 0, bare: 0, alerts: 0, mac: 0 };

/** What stays the same whatever the device holds: components, results, attributes and their types. */
function shapeOf(message: ReturnType<typeof opened>): unknown {
  return componentsOf(message).map((component) => {
    const fields = component.sealed?.fields ?? component.fields;
    const general = (component.frameControl & 3) === 0;
    const parts = general
      ? fields.map((field) => (field.children.length > 0 ? field.children.slice(0, 3).map((one) => one.value) : field.value))
      : fields.map((field) => field.type);
    return [component.control, component.cluster, component.frameControl, component.sequence, component.command, parts];
  });
}

function run(pair: (typeof pairs)[number], withClone: boolean) {
  if (!reference || !keystore) throw new TypeError(skipReason);
  const command = opened(keystore, reference.octets(pair.command));
  const expected = opened(keystore, reference.octets(pair.response));
  const faults = pair.row.outcome === 'error' ? faultsOf(command, expected) : new Map<string, number>();
  const named = [command.header.originator, ...(command.header.supplementary ? [command.header.supplementary.remoteParty] : [])];
  const type = keystore.deviceType(command.header.recipient) === 'GPF' ? 'GPF' : 'GSME';
  const at = momentOf(expected.header.dateTime) ?? RTDS_TIME;
  const unreliable = expected.header.dateTime?.at(-1) === 2;
  const clock = { offsetMs: 0, status: unreliable ? ('unreliable' as const) : ('reliable' as const) };
  const { device, store } = gasDevice(keystore, type, command.header.recipient, { named, faults, clock });
  if (withClone) clone({ device, store }, expected);
  const effects = device.receive(reference.octets(pair.command), at);
  const answer = sent(effects).find(({ envelope }) => envelope.header.cra === 'response');
  return { device, effects, answer, expected, expectedOctets: reference.octets(pair.response) };
}

afterAll(() => {
  if (pairs.length > 0) console.info(`GBZ pairs ${pairs.length}: ${JSON.stringify(counts)}`);
});

describe.skipIf(pairs.length === 0)(
  `gas devices answer the commands of the reference data (${pairs.length || skipReason})`,
  () => {
    for (const pair of pairs) {
      it(`${pair.command}: payload equal with the clone of its response`, () => {
        const { answer, effects, expected, expectedOctets } = run(pair, true);
        expect(reasons(effects)).toEqual([]);
        expect(toHex(answer?.envelope.payload ?? new Uint8Array(0))).toBe(toHex(decodeEnvelope(expectedOctets).payload));
        expect(answer?.envelope.header).toEqual(expected.header);
        counts.cloned++;
        if (expected.mac && answer?.envelope.mac) {
          expect(toHex(answer.envelope.mac)).toBe(toHex(expected.mac));
          counts.mac++;
        }
      });
    }

    for (const pair of pairs.filter(({ command }) => !command.includes('NOT_FOUND'))) {
      it(`${pair.command}: structure equal without a clone`, () => {
        const { answer, expected } = run(pair, false);
        if (!answer || !keystore) throw new TypeError('no answer');
        expect(shapeOf(opened(keystore, answer.octets))).toEqual(shapeOf(expected));
        counts.bare++;
      });
    }

    for (const pair of pairs.filter(({ alerts }) => alerts.length > 0)) {
      it(`${pair.command}: an alert for each command with a start time`, () => {
        if (!reference || !keystore) throw new TypeError(skipReason);
        const { device } = run(pair, false);
        const raised = sent(device.poll(device.deadline ?? 0)).map(({ octets }) => opened(keystore, octets));
        const wanted = pair.alerts.map((id) => opened(keystore, reference.octets(id)));
        const said = (message: (typeof raised)[number]): string => {
          const { payload, header } = message;
          if (payload.kind !== 'gbz-alert' || !payload.content || !('fields' in payload.content)) return '';
          const fields = payload.content.fields.filter((field) => field.name !== 'frameControl');
          return `${header.messageCode} ${payload.alertCode} ${payload.time} ${fields.map((field) => String(field.value)).join(' ')}`;
        };
        expect(raised.map(said).sort()).toEqual(wanted.map(said).sort());
        counts.alerts += raised.length;
      });
    }
  },
);
