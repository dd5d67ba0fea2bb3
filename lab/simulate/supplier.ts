import { Element } from '../../firmware-sim/codec/element.ts';
import type { CryptoSuite } from '../../firmware-sim/crypto/suite.ts';
import { useCaseByName } from '../../firmware-sim/gbcs/catalogue.ts';
import { dlms, encodeAccessRequest, invokeIdOf } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { encodeEnvelope } from '../../firmware-sim/gbcs/envelope.ts';
import { encodeGbz, GBZ_CONTROL } from '../../firmware-sim/gbcs/gbz.ts';
import type { KeyProvider } from '../../firmware-sim/gbcs/key-provider.ts';
import { makeUtrn, UTRN_MAX_VALUE, type UtrnContent, utrnOriginatorCounter } from '../../firmware-sim/gbcs/utrn.ts';
import { type Bytes, fromAscii, fromHex, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import { assert, UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Millis, toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import { categoryOf, signPreCommand } from '../messages/sign-precommand.ts';
import { accountOf } from './at-home.ts';
import type { SimulatedMeter } from './simulated-meter.ts';

/** A use case with the payload for a counter and a time. */
interface Plan {
  readonly useCase: string;
  readonly payload: (counter: bigint, now: Millis) => Bytes;
}

function action(classId: number, obis: string, member: number, data: Element, counter: bigint): Bytes {
  const item = { operation: 'action' as const, classId, obis: fromHex(obis), member, data };
  return encodeAccessRequest({
    kind: 'dlms-access-request',
    invokeId: invokeIdOf(counter),
    dateTime: NO_BYTES,
    items: [item],
  });
}

/** Commands of the prepayment cluster (GBCS CS01b, GCS40a). */
const PREPAYMENT_CLUSTER = 0x0705;

function gbzCommand(command: number, fields: readonly Element[]): Bytes {
  const component = {
    control: GBZ_CONTROL.last,
    cluster: PREPAYMENT_CLUSTER,
    fromDateTime: undefined,
    frameControl: 0x01,
    sequence: 0,
    command,
    fields,
    sealed: undefined,
  };
  return encodeGbz({ kind: 'gbz', components: [component] });
}

/** Token Gateway 0-0:19.40.0.255 and Meter Balance 0-0:19.10.0.255 (GBCS CS01a, ECS04a). */
const TOKEN_GATEWAY = '0000132800ff';
const METER_BALANCE = '0000130a00ff';

/** CS01a and CS01b: a top-up with a token. */
function topUpPlan(type: SimulatedMeter['type'], utrn: string): Plan {
  const token = fromAscii(utrn);
  if (type === 'ESME') {
    const payload = (counter: bigint): Bytes => action(115, TOKEN_GATEWAY, 1, dlms('octet-string', token), counter);
    return { useCase: 'CS01a', payload };
  }
  const fields = [new Element('Originating Device', 'enum8', 0), new Element('TopUp Code', 'octstr', token)];
  return { useCase: 'CS01b', payload: () => gbzCommand(0x04, fields) };
}

/** ECS04a and GCS40a: an amount is added to the meter balance. */
function adjustPlan(type: SimulatedMeter['type'], millipence: number): Plan {
  if (type === 'ESME') {
    const payload = (counter: bigint): Bytes => action(112, METER_BALANCE, 1, dlms('double-long', millipence), counter);
    return { useCase: 'ECS04a', payload };
  }
  const payload = (_counter: bigint, now: Millis): Bytes =>
    gbzCommand(0x05, [
      new Element('Issuer Event ID', 'UTC', toSeconds2000(now)),
      new Element('Start Time', 'UTC', 0),
      new Element('Credit Adjustment Type', 'enum8', 0),
      new Element('Credit Adjustment Value', 'int32', millipence),
    ]);
  return { useCase: 'GCS40a', payload };
}

const MILLIPENCE_PER_PENNY = 1_000;
const PENCE_PER_POUND = 100;

/** What a token for an amount says: whole pounds, or pence as far as they fit. @throws UsageError for an amount no token has */
export function tokenValue(millipence: number): Pick<UtrnContent, 'valueClass' | 'value'> {
  const pence = millipence / MILLIPENCE_PER_PENNY;
  const pounds = pence / PENCE_PER_POUND;
  if (Number.isInteger(pounds) && pounds >= 0 && pounds <= UTRN_MAX_VALUE) return { valueClass: 'pounds', value: pounds };
  if (Number.isInteger(pence) && pence >= 0 && pence <= UTRN_MAX_VALUE) return { valueClass: 'pence', value: pence };
  throw new UsageError(
    'bad-amount',
    `a token is for up to ${UTRN_MAX_VALUE / PENCE_PER_POUND} pounds in pence, or up to ${UTRN_MAX_VALUE} whole pounds`,
  );
}

/**
 * The supplier of a simulated meter, with the broker that adds its MACs. Its counters go up with whatever the meter has accepted before;
 * the upper half of a counter is that of its tokens (GBCS 14).
 */
export class Supplier {
  readonly #meter: SimulatedMeter;
  readonly #suite: CryptoSuite;
  #last: bigint;

  constructor(meter: SimulatedMeter) {
    this.#meter = meter;
    this.#suite = meter.device.suite;
    const { highest, floors, topUpFloors } = meter.device.counters.state();
    const used = accountOf(meter.device).usedCounters.map(utrnOriginatorCounter);
    const known = [...[highest, floors, topUpFloors].flatMap((one) => Object.values(one)), ...used];
    this.#last = known.reduce((a, b) => (a > b ? a : b), 0n);
  }

  get #keys(): KeyProvider {
    return this.#meter.keys;
  }

  /** @throws UsageError for a meter without a supplier */
  get eui(): Eui64 {
    const eui = this.#meter.device.anchors.partyOf('supplier');
    if (eui) return eui;
    throw new UsageError('no-supplier', 'the meter knows no supplier: the keystore has no certificate of one');
  }

  /** The counter for a message: the one it asks for, unless that or a higher one has been used. */
  counterFor(wanted: bigint): bigint {
    this.#last = wanted > this.#last ? wanted : this.#last + 1n;
    return this.#last;
  }

  /** A token for an amount in millipence that has never been used. @throws UsageError for an amount no token has, or a missing key */
  token(millipence: number): { readonly utrn: string; readonly counter: bigint } {
    const { eui: device } = this.#meter.device;
    const content = { ...tokenValue(millipence), counter: Number(this.#last >> 32n) + 1 };
    const counter = utrnOriginatorCounter(content.counter);
    this.#last = counter;
    return { utrn: makeUtrn(this.#suite, { supplier: this.eui, device, z: this.#secret(device) }, content), counter };
  }

  #secret(device: Eui64): Bytes {
    const ends = [
      [this.#keys.privateKey(this.eui, 'prePaymentTopUp'), this.#keys.publicKey(device, 'keyAgreement')],
      [this.#keys.privateKey(device, 'keyAgreement'), this.#keys.publicKey(this.eui, 'prePaymentTopUp')],
    ] as const;
    for (const [own, peer] of ends) if (own && peer) return this.#suite.sharedSecret(own, peer);
    throw new UsageError('no-key', `the keystore has no prepayment key of ${this.eui} to make a token with`);
  }

  /** A top-up command with a new token. @throws UsageError */
  topUp(millipence: number, now: Millis): Bytes {
    const { utrn, counter } = this.token(millipence);
    return this.#command(topUpPlan(this.#meter.type, utrn), counter, now);
  }

  /** A command that adds to the meter balance. @throws UsageError */
  adjustBalance(millipence: number, now: Millis): Bytes {
    return this.#command(adjustPlan(this.#meter.type, millipence), this.counterFor(0n), now);
  }

  #command({ useCase, payload }: Plan, originatorCounter: bigint, now: Millis): Bytes {
    const messageCode = useCaseByName(useCase)?.command[0];
    assert(messageCode !== undefined, `${useCase} has a command`);
    const header = {
      cra: 'command' as const,
      originatorCounter,
      originator: this.eui,
      recipient: this.#meter.device.eui,
      dateTime: undefined,
      messageCode,
      supplementary: undefined,
    };
    const bare = encodeEnvelope({ header, payload: payload(originatorCounter, now), signature: undefined, mac: undefined });
    return signPreCommand(this.#suite, this.#keys, bare, undefined, categoryOf(messageCode));
  }
}
