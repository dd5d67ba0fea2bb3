import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { protectedAccess, type UseCaseRow, useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { encodeAccessRequest, invokeIdOf } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decode } from '../../firmware-sim/gbcs/message.ts';
import { openParts, sensitiveContext } from '../../firmware-sim/gbcs/sensitive.ts';
import { NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { BROKER, command, NETWORK_OPERATOR, pki, SUPPLIER, suite } from '../device/bench.ts';
import { itemOf, plainOf, type Step } from '../device/cosem/calls.ts';
import { object, request } from '../device/cosem/protected-request.ts';

/** Remote parties by the numbers of their roles (GBCS table 3.1). */
const PARTIES: Readonly<Record<number, Eui64>> = { 2: SUPPLIER, 3: NETWORK_OPERATOR, 4: BROKER };
const CRITICAL = 'SME.C.C';

/** A device and its time. */
interface Correspondent {
  readonly device: Device;
  readonly now: number;
  readonly effects: DeviceEffect[];
}

/** What a meter answered: a result code for each access, and what it gave back, encrypted parts opened. */
export interface Answer {
  readonly codes: readonly number[];
  readonly data: readonly unknown[];
}

/** Sends a meter whole messages with signature and MAC, from a party that may, and opens what it answers. */
export class Correspondence {
  readonly #home: Correspondent;
  #counter = 1_000n;

  constructor(home: Correspondent) {
    this.#home = home;
  }

  ask(useCase: string, steps: readonly Step[]): Answer {
    const row = useCaseByName(useCase);
    if (!row) throw new TypeError(`${useCase} is not there`);
    const effects = this.#home.device.receive(this.#message(row, steps), this.#home.now);
    this.#home.effects.push(...effects);
    const response = effects.flatMap((effect) =>
      effect.kind === 'send' && effect.header.cra === 'response' ? [decode(effect.message)] : [],
    )[0];
    if (response?.form !== 'response') throw new TypeError(`${useCase} was not answered: ${JSON.stringify(effects[0])}`);
    const { payload } = openParts(suite, response, sensitiveContext(suite, response, pki)).message;
    if (payload.kind !== 'dlms-access-response') throw new TypeError('ESMEs answer in DLMS');
    const { results } = payload;
    const opened = results.map(({ data }) => plainOf(data.children[1]?.extras?.plaintext ?? data));
    return { codes: results.map(({ result }) => result), data: opened };
  }

  /** Reads everything that a use case reads, by the keys of the attributes. */
  read(useCase: string): Readonly<Record<string, unknown>> {
    const row = useCaseByName(useCase);
    const accesses = row?.access?.[0] ?? [];
    const inside = protectedAccess(row?.response[0] ?? 0)[0];
    const keyOf = ([, classId, obis, member]: (typeof accesses)[number]): string => `${classId}/${obis}/${member}`;
    const objects = (inside ?? []).map(([, classId, obis]) => object(classId, obis));
    const { codes, data } = this.ask(
      useCase,
      accesses.map((access) => ({
        operation: access[0],
        key: keyOf(access),
        ...(access[0] === 'action' && { data: request(objects) }),
      })),
    );
    if (codes.some((code) => code !== 0)) throw new TypeError(`${useCase}: results ${codes.join(' ')}`);
    const values = inside ? (data[0] as readonly unknown[]) : data;
    return Object.fromEntries((inside ?? accesses).map((access, i) => [keyOf(access), values[i]]));
  }

  #message(row: UseCaseRow, steps: readonly Step[]) {
    const originatorCounter = this.#counter++;
    const originator = PARTIES[row.roles[0] ?? 0] ?? SUPPLIER;
    const items = steps.map(itemOf);
    const invokeId = invokeIdOf(originatorCounter);
    const payload = encodeAccessRequest({ kind: 'dlms-access-request', invokeId, dateTime: NO_BYTES, items });
    const signer = row.category === CRITICAL ? originator : undefined;
    return command({ messageCode: row.command[0] ?? 0, originator, originatorCounter, signer, payload });
  }
}
