import { type Envelope, encodeEnvelope } from '../../gbcs/envelope.ts';
import type { MessageHeader } from '../../gbcs/header.ts';
import { macEnvelope, macParties, sharedSecretOf, signEnvelope } from '../../gbcs/protection.ts';
import { type Bytes, NO_BYTES } from '../../kernel/bytes.ts';
import type { Device } from '../device.ts';
import type { DeviceEffect } from '../effects.ts';
import { spoiled } from '../misbehaviours.ts';

/**
 * A message of a device, protected: signed, or MACed for its recipient (GBCS 6.2). Where the key for it is not held, the signature
 * or MAC is left out (a signature's length octet is 00 then) and the effect says so.
 */
export function protectMessage(device: Device, header: MessageHeader, payload: Bytes, how: 'signed' | 'maced'): DeviceEffect {
  const envelope: Envelope = { header, payload, signature: undefined, mac: undefined };
  return how === 'signed' ? signed(device, envelope) : maced(device, envelope);
}

function signed(device: Device, envelope: Envelope): DeviceEffect {
  const { header } = envelope;
  const key = device.anchors.own.privateKey('digitalSignature');
  const whole = key ? signEnvelope(device.suite, envelope, key, device.signatureProfile) : { ...envelope, signature: NO_BYTES };
  const signature = spoiled(whole.signature ?? NO_BYTES, key !== undefined && device.misbehaviours.has('wrong-signature'));
  const message = encodeEnvelope({ ...whole, signature });
  return { kind: 'send', message, header, responseSignature: key ? 'signed' : 'no-key', responseMac: 'not-required' };
}

function maced(device: Device, envelope: Envelope): DeviceEffect {
  const { header } = envelope;
  const { suite, anchors } = device;
  const z = sharedSecretOf(suite, anchors, macParties(header, anchors));
  const whole = z ? macEnvelope(suite, envelope, z) : { ...envelope, signature: NO_BYTES };
  const mac = whole.mac && spoiled(whole.mac, device.misbehaviours.has('wrong-mac'));
  const message = encodeEnvelope({ ...whole, mac });
  return { kind: 'send', message, header, responseSignature: 'not-required', responseMac: z ? 'signed' : 'no-key' };
}
