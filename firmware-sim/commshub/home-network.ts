import { aesMmo, installCodeLinkKey } from '../crypto/aes-mmo.ts';
import { linkKeyAgreed } from '../device/cosem/hub.ts';
import { numberAt } from '../device/cosem/numbers.ts';
import type { Device } from '../device/device.ts';
import type { DeviceEffect } from '../device/effects.ts';
import type { BackedUpDevice, HubNetwork } from '../device/management/device-log.ts';
import type { Bytes } from '../kernel/bytes.ts';
import { type Eui64, eui64At } from '../kernel/eui64.ts';
import type { Millis } from '../kernel/time.ts';
import type { HanFormation, HanRequest } from '../zigbee/han-link.ts';
import type { StationOutput } from '../zigbee/se/station.ts';
import { JOINING, TIMEOUT } from './joining-window.ts';

/** Link keys of devices that were taken out; the oldest gives way (GBCS mapping table, CCS02). */
const HISTORIC_MAX = 15;
/** How long the devices of a restored network may take to come back; ours, the text in hand does not say. */
const RESTORED_MS: Millis = 24 * 3_600_000;

/** A device that may join, until it has agreed on a link key. */
interface Expected {
  /** Undefined for a device of a restored network. */
  readonly installCode: Bytes | undefined;
  /** When the key it had before gives way to its install code. */
  switchAt: Millis | undefined;
  until: Millis | undefined;
}

type Asked =
  | { readonly kind: 'admit'; readonly eui: Eui64; readonly installCode: Bytes | undefined }
  | { readonly kind: 'remove'; readonly eui: Eui64 }
  | { readonly kind: 'restore'; readonly extendedPan: Eui64; readonly devices: readonly BackedUpDevice[] };

/** What of it is kept over a restart. */
export interface HomeNetworkState {
  readonly expected: Readonly<Record<string, Expected>>;
  readonly historic: Readonly<Record<string, Bytes>>;
}

export interface HomeNetworkOptions {
  /** The link key that the network has agreed on with a device. */
  readonly linkKey: (eui: Eui64) => Bytes | undefined;
  /** The network to form under an identifier, with a key of its own. */
  readonly formation: (extendedPan: Eui64) => HanFormation;
  readonly state?: HomeNetworkState;
}

/**
 * The hub's device log drives its trust centre: who is in the log may join while joining is permitted, with the key it had before in
 * the first half of that time and its install code in the second (GBCS CCS01); who is out of it has to leave (CCS02); a backup brings
 * a network back (CCS03). Commands come in through `HubNetwork`, what the network is to do comes out of `requests`.
 */
export class HomeNetwork implements HubNetwork {
  readonly #options: HomeNetworkOptions;
  readonly #expected = new Map<Eui64, Expected>();
  readonly #historic = new Map<Eui64, Bytes>();
  #asked: Asked[] = [];

  constructor(options: HomeNetworkOptions) {
    this.#options = options;
    const { expected, historic } = options.state ?? { expected: {}, historic: {} };
    for (const [eui, one] of Object.entries(expected)) this.#expected.set(eui as Eui64, { ...one });
    for (const [eui, key] of Object.entries(historic)) this.#historic.set(eui as Eui64, key);
  }

  get state(): HomeNetworkState {
    return { expected: Object.fromEntries(this.#expected), historic: Object.fromEntries(this.#historic) };
  }

  admit(eui: Eui64, installCode: Bytes | undefined): void {
    this.#asked.push({ kind: 'admit', eui, installCode: installCode?.slice() });
  }

  remove(eui: Eui64): void {
    this.#asked.push({ kind: 'remove', eui });
  }

  restore(extendedPan: Bytes, devices: readonly BackedUpDevice[]): void {
    this.#asked.push({ kind: 'restore', extendedPan: eui64At(extendedPan), devices });
  }

  /** When `requests` has to be called next; undefined while nothing is to change by itself. */
  get deadline(): Millis | undefined {
    let first: Millis | undefined;
    for (const { switchAt } of this.#expected.values())
      if (switchAt !== undefined && (first === undefined || switchAt < first)) first = switchAt;
    return first;
  }

  /** What the network is to do: after every command to the hub, and when it is due. */
  requests(hub: Device, now: Millis): readonly HanRequest[] {
    const asked = this.#asked;
    this.#asked = [];
    const out = asked.flatMap((one): HanRequest[] => {
      if (one.kind === 'remove') return this.#removed(one.eui);
      return one.kind === 'restore' ? this.#restored(one.extendedPan, one.devices, now) : this.#admitted(one, hub, now);
    });
    return [...out, ...this.#switched(now)];
  }

  #admitted(one: Extract<Asked, { kind: 'admit' }>, hub: Device, now: Millis): HanRequest[] {
    const known = this.#expected.get(one.eui);
    const installCode = one.installCode ?? known?.installCode;
    // In the log and joined: there is nothing to wait for.
    if (!installCode) return [];
    const expected: Expected = { installCode, switchAt: undefined, until: undefined };
    this.#expected.set(one.eui, expected);
    if (hub.cosem?.get(JOINING)?.value !== true) return [];
    const windowMs = numberAt(hub.cosem, TIMEOUT) * 1_000;
    expected.until = now + windowMs;
    const historic = this.#historic.get(one.eui);
    if (!historic) return [admission(one.eui, installCodeLinkKey(installCode), 'install-code', expected.until)];
    expected.switchAt = now + windowMs / 2;
    return [admission(one.eui, historic, 'established', expected.switchAt)];
  }

  /** The first half of the time is over: devices that did not come under the key they had are waited for under their install codes. */
  #switched(now: Millis): HanRequest[] {
    const out: HanRequest[] = [];
    for (const [eui, expected] of this.#expected) {
      const { switchAt, until, installCode } = expected;
      if (switchAt === undefined || switchAt > now || until === undefined || !installCode) continue;
      expected.switchAt = undefined;
      out.push(admission(eui, installCodeLinkKey(installCode), 'install-code', until));
    }
    return out;
  }

  #removed(eui: Eui64): HanRequest[] {
    const key = this.#options.linkKey(eui);
    this.#expected.delete(eui);
    if (key) {
      this.#historic.delete(eui);
      this.#historic.set(eui, key.slice());
      const [oldest] = this.#historic.keys();
      if (this.#historic.size > HISTORIC_MAX && oldest !== undefined) this.#historic.delete(oldest);
    }
    return [{ kind: 'remove', eui }];
  }

  /** Devices of a backup come back under the hashes of the link keys they had with the hub before this one. */
  #restored(extendedPan: Eui64, devices: readonly BackedUpDevice[], now: Millis): HanRequest[] {
    const network = this.#options.formation(extendedPan);
    const until = now + RESTORED_MS;
    this.#expected.clear();
    const admissions = devices.flatMap(({ eui, keyHash }): HanRequest[] => {
      if (keyHash.length === 0) return [];
      this.#expected.set(eui, { installCode: undefined, switchAt: undefined, until });
      return [admission(eui, keyHash, 'established', until)];
    });
    return [{ kind: 'form', network }, ...admissions];
  }

  /**
   * Takes what the network tells: a device has agreed on a link key, or is back under the one it had.
   * @returns the alert that the backup has changed (CS14), if it has
   */
  heard(output: StationOutput, hub: Device, now: Millis): DeviceEffect[] {
    if (output.kind === 'secured') return this.#settled(output.peer, output.linkKey, hub, now);
    if (output.kind !== 'member' || !output.present) return [];
    const [key, historic] = [this.#options.linkKey(output.eui), this.#historic.get(output.eui)];
    const back = key !== undefined && historic !== undefined && key.every((octet, i) => octet === historic[i]);
    return back ? this.#settled(output.eui, key, hub, now) : [];
  }

  #settled(eui: Eui64, linkKey: Bytes, hub: Device, now: Millis): DeviceEffect[] {
    this.#expected.delete(eui);
    this.#historic.delete(eui);
    return linkKeyAgreed(hub, eui, aesMmo(linkKey), now);
  }
}

function admission(eui: Eui64, linkKey: Bytes, origin: 'install-code' | 'established', until: Millis): HanRequest {
  return { kind: 'admit', eui, linkKey, origin, until };
}
