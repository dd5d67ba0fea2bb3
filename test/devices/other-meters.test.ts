import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { esmeLifeOf } from '../../firmware-sim/esme/life.ts';
import { makeUtrn, type UtrnContent } from '../../firmware-sim/gbcs/utrn.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { profileNamed } from '../../lab/devices/profiles.ts';
import { provisionDevice } from '../../lab/devices/provision.ts';
import { loadKeystore } from '../../lab/keystore/keystore.ts';
import { writeKeystore } from '../../lab/keystore/write-keystore.ts';
import { ESME, NOW, pki, SUPPLIER, suite } from '../device/bench.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hanbench-meters-'));
const keys = join(scratch, 'keys');
const GSME = '00-DB-12-34-56-78-90-A1' as Eui64;
const HUB = '00-DB-12-34-56-78-90-A2' as Eui64;
const CONTENT: UtrnContent = { valueClass: 'pounds', value: 10, counter: 3 };

beforeAll(() => {
  writeKeystore(keys, pki);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A token for any device that has a key to agree with. */
function tokenOf(device: Eui64): string {
  const theirs = pki.privateKey(SUPPLIER, 'prePaymentTopUp');
  const own = pki.publicKey(device, 'keyAgreement');
  if (!theirs || !own) throw new TypeError('the bench has keys for everyone');
  return makeUtrn(suite, { supplier: SUPPLIER, device, z: suite.sharedSecret(theirs, own) }, CONTENT);
}

/** Codes in the security log after a token has been typed into the electricity meter of the keystore. */
function typed(device: Eui64): readonly number[] {
  const meter = provisionDevice({
    suite,
    type: 'ESME',
    profile: profileNamed('ESME', undefined),
    seed: 'meters',
    madeAt: NOW,
    certificateValidity: false,
    keystore: loadKeystore(keys, suite),
    eui: ESME,
  });
  esmeLifeOf(meter).enterUtrn(tokenOf(device), 'keypad', NOW);
  return meter.logs.security.entries.map(({ code }) => code);
}

describe('tokens for other devices of a keystore', () => {
  it('are known for another meter’s (8F64); what is no meter takes no tokens', () => {
    expect([typed(ESME), typed(GSME), typed(HUB)]).toEqual([[], [0x8f64], [0x8f63]]);
  });
});
