import { setPlain } from '../../firmware-sim/device/cosem/numbers.ts';
import type { DeviceSetup } from '../../firmware-sim/device/setup.ts';

/** Payment mode of an electricity meter's account, and of a gas meter in its control word (RTDS 4.5.0 ECS02, GCS02). */
const ACCOUNT_MODE = '111/0-0:19.0.0.255/2';
const CREDIT_ACCOUNT = [1, 2];
const PREPAYMENT_CLUSTER = 0x0705;
const PAYMENT_CONTROL = 0x0000;
const CREDIT_CONTROL = 0x0c94;

/** A meter whose customer pays afterwards: no credit runs out while something else is looked at. Other devices stay as they are. */
export function putInCreditMode({ cosem, zcl }: Pick<DeviceSetup, 'cosem' | 'zcl'>): void {
  if (cosem?.has(ACCOUNT_MODE)) setPlain(cosem, ACCOUNT_MODE, CREDIT_ACCOUNT);
  zcl?.change(PREPAYMENT_CLUSTER, PAYMENT_CONTROL, CREDIT_CONTROL);
}
