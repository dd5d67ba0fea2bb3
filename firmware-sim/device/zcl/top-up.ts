import { toAscii } from '../../kernel/bytes.ts';
import { Books } from '../payment/books.ts';
import { enterToken, TOKEN_RESULT, type TokenOutcome } from '../payment/tokens.ts';
import { ZclAccount } from './account.ts';
import { numberIn, octetsIn } from './plain.ts';
import type { Publication, ZclCall } from './rule.ts';

/** Originating Device: a display in the home (GBCS PCS01). */
const LOCAL = 2;

/** Value and credit of a token that was not accepted: FFFFFFFF (RTDS 4.5.0 CS01b ERROR). */
const NO_VALUE = -1;

function answer({ store, request }: ZclCall, { result, amount }: TokenOutcome): Publication {
  const record = {
    'Result Type': result,
    'Top Up Value': amount ?? NO_VALUE,
    'Source of Top up': numberIn(request, 'Originating Device'),
    'Credit Remaining': amount === undefined ? NO_VALUE : new ZclAccount(store).balance('meterBalance'),
  };
  return { command: 0x03, records: [record] };
}

/** A top-up with a token, from the supplier (CS01b) or from a display (PCS01). A remote one's counter is near that of its command. */
export function topUp(call: ZclCall): Publication {
  const { device, store, now, effects, request } = call;
  const books = new Books(new ZclAccount(store), device, now, effects);
  const digits = toAscii(octetsIn(request, 'TopUp Code'));
  if (numberIn(request, 'Originating Device') === LOCAL) return answer(call, enterToken(books, { digits, via: 'ppmid' }));
  const nearCounter = Number(call.originatorCounter >> 32n);
  return answer(call, enterToken(books, { digits, via: 'remote', nearCounter }));
}

/** What answers a top-up that fails in the hardware. */
export function topUpFailed(call: ZclCall): Publication {
  return answer(call, { result: TOKEN_RESULT.error });
}
