import type { Element as Value } from '../codec/element.ts';
import { withValue } from '../device/cosem/numbers.ts';
import { objectsOf } from '../device/cosem/objects.ts';
import { BLOCKS, COLUMNS } from '../device/cosem/register-values.ts';
import type { CosemKey } from '../device/cosem/store.ts';
import type { Device } from '../device/device.ts';
import type { Organ } from '../device/life/organ.ts';
import type { Element, UnitPrice } from '../device/payment/spending.ts';
import type { Millis } from '../kernel/time.ts';
import type { Tariff } from './tariff.ts';
import { TARIFF_KEYS } from './tariff-switching.ts';

/** Active tariff price of the primary and the secondary element, with its scaler and unit beside it (GBCS mapping table, ECS24). */
const OBJECTS: Readonly<Record<Element, string>> = { primary: '3/0-0:94.44.1.7', secondary: '3/0-0:94.44.1.8' };

/** What a price depends on: calendars and prices, and the counters and thresholds that say which block is in force. */
const DEPENDS_ON: readonly CosemKey[] = [
  ...TARIFF_KEYS,
  BLOCKS,
  ...Array.from({ length: COLUMNS }, (_, column) => `21/0-0:16.0.1${column + 1}.255/2`),
];

/**
 * The price that a meter shows: of the register and block in force. A living meter follows its calendar and counters, so this stands
 * behind every organ that resets them; on a bench the price stays what it was given until a command changes what it depends on.
 */
export class PriceReading implements Organ {
  readonly name = 'price';
  readonly concerns =
    /^(?:11\/0-0:11\.0\.[01]\.|20\/[^/]*\/[345]$|21\/0-0:16\.0\.1[1-8]\.|113\/0-0:19\.20\.[05]\.255\/5|1\/0-0:94\.44\.34\.2\/)/;
  readonly #device: Device;
  readonly #tariff: Tariff;
  /** What the price depended on when it was last looked at. */
  readonly #seen: (Value | undefined)[] = [];
  /** Since when the price on a bench has to be looked for anew, once somebody wants to know it. */
  #staleSince: Millis | undefined;

  constructor(device: Device, tariff: Tariff) {
    this.#device = device;
    this.#tariff = tariff;
  }

  begin(): void {
    this.#look();
  }

  start(now: Millis): void {
    this.#show(now);
  }

  deadline(): undefined {
    return undefined;
  }

  act(now: Millis): void {
    this.#show(now);
  }

  powerUp(now: Millis): void {
    this.#show(now);
  }

  settle(now: Millis): void {
    const changed = this.#look();
    if (this.#device.life?.livedTo !== undefined) this.#show(now);
    else if (changed) this.#staleSince = now;
  }

  /** Somebody is about to look at the objects. */
  refresh(): void {
    if (this.#staleSince !== undefined) this.#show(this.#staleSince);
  }

  /** Whether an attribute is one that this shows. */
  shows(key: CosemKey): boolean {
    return key.startsWith('3/0-0:94.44.1.');
  }

  /** Looks at what the price depends on; true when something is another than before. A changed value is another object. */
  #look(): boolean {
    const store = objectsOf(this.#device);
    let changed = false;
    for (let i = 0; i < DEPENDS_ON.length; i++) {
      const value = store.get(DEPENDS_ON[i] as CosemKey);
      changed ||= value !== this.#seen[i];
      this.#seen[i] = value;
    }
    return changed;
  }

  #show(now: Millis): void {
    this.#staleSince = undefined;
    for (const element of this.#tariff.elements) {
      const price = this.#tariff.price(element, now);
      if (price) this.#write(OBJECTS[element], price);
    }
  }

  /** The register has no sign: a price below nothing shows as nothing. */
  #write(object: string, { value, scale }: UnitPrice): void {
    const store = objectsOf(this.#device);
    const [shown, scaling] = [store.get(`${object}/2`), store.get(`${object}/3`)];
    if (shown && shown.value !== Math.max(0, value)) store.set(`${object}/2`, withValue(shown, Math.max(0, value)));
    const [scaler, unit] = scaling?.children ?? [];
    if (!scaling || !scaler || !unit || scaler.value === scale) return;
    store.set(`${object}/3`, withValue(scaling, [withValue(scaler, scale), unit]));
  }

  /** Keeps nothing itself; what is kept of the objects has the price in force. */
  state(): undefined {
    this.refresh();
    return undefined;
  }

  restore(): void {
    this.#staleSince = undefined;
    this.#look();
  }
}
