import { encodeEnvelope, encodeMaced, encodeSigned } from '../../gbcs/envelope.ts';
import type { MessageHeader } from '../../gbcs/header.ts';
import { macOf, macParties, sharedSecretOf } from '../../gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../kernel/bytes.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { spoiled } from '../misbehaviours.ts';

/**
 * A message of a device, protected: signed, or MACed for its recipient (GBCS 6.2). Where the key for it is not held, the signature
 * or MAC is left out (a signature's length octet is 00 then) and the effect says so.
 */
export function protectMessage(device: Device, header: MessageHeader, payload: Bytes, how: 'signed' | 'maced'): DeviceEffect {
  return how === 'signed' ? signed(device, header, payload) : maced(device, header, payload);
}

function signed(
  { suite, anchors, signatureProfile, misbehaviours }: Device,
  header: MessageHeader,
  payload: Bytes,
): DeviceEffect {
  const key = anchors.own.privateKey('digitalSignature');
  const wrong = misbehaviours.has('wrong-signature');
  const message = encodeSigned(header, payload, (octets) =>
    key ? spoiled(suite.sign(signatureProfile, key, octets), wrong) : NO_BYTES,
  );
  return { kind: 'send', message, header, responseSignature: key ? 'signed' : 'no-key', responseMac: 'not-required' };
}

function maced({ suite, anchors, misbehaviours }: Device, header: MessageHeader, payload: Bytes): DeviceEffect {
  const z = sharedSecretOf(suite, anchors, macParties(header, anchors));
  const wrong = misbehaviours.has('wrong-mac');
  const message = z
    ? encodeMaced(header, payload, (input) => spoiled(macOf(suite, header, z, input), wrong))
    : encodeEnvelope({ header, payload, signature: NO_BYTES, mac: undefined });
  return { kind: 'send', message, header, responseSignature: 'not-required', responseMac: z ? 'signed' : 'no-key' };
}
