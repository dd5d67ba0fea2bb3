import { expect } from 'vitest';
import type { PaymentModel } from '../../second/payment-model.ts';
import { type Action, HOUR, live, type Prepaid } from './prepaid.ts';

/** What the model is told of an action, and what it answers. */
export function tell(model: PaymentModel, action: Action): number | boolean | undefined {
  switch (action.do) {
    case 'load':
      model.watts = action.watts;
      return undefined;
    case 'top-up':
      return model.topUp(action.pence * 1_000);
    case 'adjust':
      model.adjust(action.amount);
      return undefined;
    case 'reset':
      model.reset();
      return undefined;
    case 'debt':
      model.debt(action.which, action.amount);
      return undefined;
    case 'emergency':
      return model.emergency();
    case 'mode':
      model.mode(action.prepayment, action.inEmergency === true, action.disabled === true);
      return undefined;
    case 'limit':
      model.limit(action.amount);
      return undefined;
    case 'enable':
      model.enable();
      return undefined;
  }
}

const CHECKED_EVERY = 6 * HOUR;

/** Meter and model have the same money, and the same supply. */
export function compare(meter: Prepaid, model: PaymentModel): void {
  expect({ at: model.now / HOUR, ...meter.balances(), supply: meter.supply }).toEqual({
    at: model.now / HOUR,
    ...model.balances,
    supply: model.supply,
  });
}

/** Lets both live until a moment, and looks at them now and then. */
export function both(meter: Prepaid, model: PaymentModel, until: number): void {
  for (let at = model.now; at <= until; at = Math.floor(at / CHECKED_EVERY + 1) * CHECKED_EVERY) {
    model.run(at);
    live(meter, at);
    compare(meter, model);
  }
  model.run(until);
  live(meter, until);
  compare(meter, model);
}
