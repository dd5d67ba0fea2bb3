import { toAscii } from '../../kernel/bytes.ts';
import { Books } from '../payment/books.ts';
import { enterToken } from '../payment/tokens.ts';
import { type Access, DONE, type Outcome, RESULT, refusedWith } from './access.ts';
import { CosemAccount } from './account.ts';
import { octetsOf } from './numbers.ts';

/**
 * A top-up with a token (CS01a, GBCS 14). The token's whole counter is near the high half of the command's own. A refusal is a
 * hardware fault to the sender, as in RTDS 4.5.0 CS01a ERROR, and says why in the security log.
 */
export function topUp({ device, item, now, effects, command }: Access): Outcome {
  const books = new Books(new CosemAccount(device), device, now, effects);
  const { amount } = enterToken(books, {
    digits: toAscii(octetsOf(item.data)),
    via: 'remote',
    nearCounter: Number(command.header.originatorCounter >> 32n),
  });
  return amount === undefined ? refusedWith(RESULT.hardwareFault) : DONE;
}
