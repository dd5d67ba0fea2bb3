import { OTA_BASE_HEADER_OCTETS, type ParsedOtaImage, parseOtaImage } from '../dictionary/ota-image.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { ProtocolFault } from '../kernel/errors.ts';
import type { Millis } from '../kernel/time.ts';
import { ALERT } from './alerts.ts';
import type { Device } from './device.ts';
import type { DeviceEffect } from './effects.ts';
import type { OtaImageId } from './han-frame.ts';
import type { OtaIdentity } from './ota-client.ts';

/** What became of a file that was downloaded. */
export interface ImageReceipt {
  readonly good: boolean;
  readonly image: OtaImageId;
  readonly effects: readonly DeviceEffect[];
}

/**
 * Checks a downloaded upgrade file: it is well formed, made for this device, and its Manufacturer Image carries the signature
 * of the supplier in the trust anchor cell; a hub, which has no supplier, trusts its WAN provider. A good image is stored as the
 * pending one; either way whoever vouches for it hears the hash the device calculated, with 0x8F72 or 0x8F1C (GBCS firmware distribution receipt alerts 0x00CE, 0x00CF).
 */
export function receiveImage(device: Device, file: Bytes, identity: OtaIdentity, now: Millis): ImageReceipt {
  const parsed = parseOrFault(file);
  const manufacturerImage = parsed?.manufacturerImage ?? file.subarray(Math.min(OTA_BASE_HEADER_OCTETS, file.length));
  const hash = device.suite.sha256(manufacturerImage);
  const good = parsed !== undefined && fits(parsed, identity) && vouchedFor(device, parsed);
  if (good) device.firmware.store({ version: parsed.header.fileVersion, hash, manufacturerImage });
  else device.firmware.discard();
  return {
    good,
    image: {
      manufacturerCode: identity.manufacturerCode,
      imageType: identity.imageType,
      fileVersion: parsed?.header.fileVersion ?? 0,
    },
    effects: device.alert(good ? ALERT.firmwareVerified : ALERT.firmwareVerificationFailed, now, { octetStrings: [hash] }),
  };
}

function parseOrFault(file: Bytes): ParsedOtaImage | undefined {
  try {
    return parseOtaImage(file);
  } catch (error) {
    if (error instanceof ProtocolFault) return undefined;
    throw error;
  }
}

function fits({ header }: ParsedOtaImage, identity: OtaIdentity): boolean {
  const { hardwareVersions: range } = header;
  return (
    header.manufacturerCode === identity.manufacturerCode &&
    header.imageType === identity.imageType &&
    (!range || (range.minimum <= identity.hardwareVersion && identity.hardwareVersion <= range.maximum))
  );
}

function vouchedFor(device: Device, { manufacturerImage, signature }: ParsedOtaImage): boolean {
  const signer = device.anchors.partyOf('supplier') ?? device.anchors.partyOf('wanProvider');
  const key = signer && device.anchors.publicKey(signer, 'digitalSignature');
  return key !== undefined && signature !== undefined && device.suite.verify(key, manufacturerImage, signature);
}

/** At every start: an image that waits for activation is still what it was, else it goes and 0x8F1B says so. */
export function checkStoredImage(device: Device, now: Millis): DeviceEffect[] {
  const pending = device.firmware.pending;
  if (!pending || pending.hash.length === 0 || equalBytes(device.suite.sha256(pending.manufacturerImage), pending.hash))
    return [];
  device.firmware.discard();
  return device.alert(ALERT.firmwareFailedAtPowerOn, now);
}
