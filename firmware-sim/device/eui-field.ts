import type { Bytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import { type Eui64, eui64At } from '../kernel/eui64.ts';

/** The Entity Identifier in an OCTET STRING of exactly 8 octets. @throws ProtocolFault `bad-eui` */
export function euiField(octets: Bytes): Eui64 {
  if (octets.length !== 8)
    throw new ProtocolFault('bad-eui', `an Entity Identifier has 8 octets, not ${octets.length}`, 0, 'GBCS 4.2');
  return eui64At(octets);
}
