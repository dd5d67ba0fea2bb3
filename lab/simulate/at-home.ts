import { CosemAccount } from '../../firmware-sim/device/cosem/account.ts';
import type { Device } from '../../firmware-sim/device/device.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import type { SupplySwitch } from '../../firmware-sim/device/life/supply-switch.ts';
import type { Account } from '../../firmware-sim/device/payment/account.ts';
import { activateEmergencyCredit } from '../../firmware-sim/device/payment/adjusting.ts';
import { Books } from '../../firmware-sim/device/payment/books.ts';
import { enterTokenAtHome, type HomeEntry, TOKEN_RESULT } from '../../firmware-sim/device/payment/tokens.ts';
import { ZclAccount } from '../../firmware-sim/device/zcl/account.ts';
import { assert } from '../../firmware-sim/kernel/errors.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { pounds } from './money.ts';
import type { OrderOutcome } from './simulation.ts';

/** The account of a meter. */
export function accountOf(device: Device): Account {
  if (device.cosem) return new CosemAccount(device);
  assert(device.zcl, `${device.eui} has an account`);
  return new ZclAccount(device.zcl);
}

const RESULT_WORDS: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(TOKEN_RESULT).map(([word, value]) => [value, word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)]),
);

/** Somebody types a token at the meter, or at a display that passes it on. */
export function typeToken(device: Device, digits: string, via: HomeEntry, now: Millis): OrderOutcome {
  const { result, amount, effects } = enterTokenAtHome(device, accountOf(device), { digits, via }, now);
  const words = RESULT_WORDS[result] ?? String(result);
  if (amount === undefined) return { outcome: 'rejected', effects, detail: words };
  return { outcome: 'done', effects, detail: `${words}, ${pounds(amount)} GBP` };
}

/** Something a hand does while the meter lives, with its consequences. */
function byHand(device: Device, now: Millis, act: (effects: DeviceEffect[]) => boolean, refused: string): OrderOutcome {
  const effects: DeviceEffect[] = [];
  device.life?.advance(now, effects);
  const done = act(effects);
  device.life?.settle(now, effects);
  return done ? { outcome: 'done', effects } : { outcome: 'rejected', effects, detail: refused };
}

/** Somebody asks the meter for emergency credit. */
export function askForEmergencyCredit(device: Device, now: Millis): OrderOutcome {
  const act = (effects: DeviceEffect[]): boolean => activateEmergencyCredit(new Books(accountOf(device), device, now, effects));
  return byHand(device, now, act, 'emergency credit is not on offer');
}

/** Somebody presses the button that switches an armed supply on. */
export function pressEnable(device: Device, supply: SupplySwitch, now: Millis): OrderOutcome {
  const before = supply.supply;
  return byHand(device, now, (effects) => supply.enable('local', now, effects), `supply is ${before}`);
}
