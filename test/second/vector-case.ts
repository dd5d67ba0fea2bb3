/** What a test vector is made from, and the helpers that keep the tables of vectors short. */
import { eui, type KeyName, type Party, secret, signer } from './cast.ts';
import { ALERT, COMMAND, generalSigning, type Header, preCommand, RESPONSE, type Supplementary, withMac } from './message.ts';
import type { Octets } from './octets.ts';

export interface VectorCase {
  readonly name: string;
  /** Message category of GBCS, or the variant of it that this vector stands for. */
  readonly category: string;
  readonly useCase: string;
  readonly form: 'command' | 'pre-command' | 'response' | 'alert';
  readonly header: Header;
  readonly payload: Octets;
  readonly sign?: readonly [Party, KeyName];
  /** Whose key agreement keys make the MAC. */
  readonly mac?: readonly [Party, Party];
  /** Plaintexts of the encrypted parts in payload order, and whose key agreement keys seal them. */
  readonly sealed?: { readonly between: readonly [Party, Party]; readonly plaintexts: readonly Octets[] };
  /** Pre-commands only: a null signature follows the payload. */
  readonly nullSignature?: boolean;
}

type Extra = Pick<Header, 'supplementary' | 'dateTime'>;

const head = (flag: number, from: Party, to: Party, code: number, counter: bigint, extra: Extra = {}): Header => ({
  ...{ flag, counter, originator: eui(from), recipient: eui(to), code },
  ...extra,
});

export const command = (from: Party, to: Party, code: number, counter: bigint, extra?: Extra): Header =>
  head(COMMAND, from, to, code, counter, extra);

export const alert = (from: Party, to: Party, code: number, counter: bigint, extra?: Extra): Header =>
  head(ALERT, from, to, code, counter, extra);

/** Header of the response to a command: parties swapped, counter and supplementary party echoed, certificate dropped. */
export function reply(to: Header, extra: { readonly dateTime?: Octets; readonly originatorCounter?: bigint } = {}): Header {
  const { certificate: _, ...echoed }: Partial<Supplementary> = to.supplementary ?? {};
  const own = extra.originatorCounter === undefined ? {} : { originatorCounter: extra.originatorCounter };
  return {
    ...{ flag: RESPONSE, counter: to.counter, originator: to.recipient, recipient: to.originator, code: to.code },
    ...(echoed.party ? { supplementary: { ...echoed, party: echoed.party, ...own } } : {}),
    ...(extra.dateTime ? { dateTime: extra.dateTime } : {}),
  };
}

/** The finished message. */
export function finish(c: VectorCase): Octets {
  if (c.form === 'pre-command') return preCommand(c.header, c.payload, c.nullSignature === true);
  const inner = generalSigning(c.header, c.payload, c.sign && signer(...c.sign));
  return c.mac ? withMac(c.header, inner, secret(...c.mac)) : inner;
}
