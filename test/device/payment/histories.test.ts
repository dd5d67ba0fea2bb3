import { describe, expect, it } from 'vitest';
import { PaymentModel } from '../../second/payment-model.ts';
import { both, compare, tell } from './against-model.ts';
import { HISTORIES, type History } from './histories.ts';
import { codesIn, DAY, NO_BALANCES, PLAIN_SETTINGS } from './prepaid.ts';
import { METERS } from './prepaid-meters.ts';

/** Codes the model knows of. */
const KNOWN = [0x810d, 0x8119, 0x81a7, 0x81a8, 0x81a9, 0x81aa, 0x81ab, 0x8f0f, 0x8f83];

const modelOf = ({ settings, balances }: History, gas: boolean): PaymentModel =>
  new PaymentModel({ ...PLAIN_SETTINGS, gas, ...settings }, { ...NO_BALANCES, ...balances });

describe.each(METERS)('$name: prepayment histories against a second model', ({ make, gas }) => {
  it.each(HISTORIES)('$name', (history) => {
    const model = modelOf(history, gas);
    const meter = make(model.settings, model.balances);
    for (const [at, action] of history.actions) {
      both(meter, model, at);
      expect([at, meter.act(action, at)]).toEqual([at, tell(model, action)]);
      compare(meter, model);
    }
    both(meter, model, history.days * DAY);
    const told = codesIn(meter.effects).filter(([, code]) => KNOWN.includes(code));
    const meant = model.events.map(([at, code]) => [Math.floor(at / 1_000), code] as const);
    expect(told).toEqual([...meant].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
  });
});
