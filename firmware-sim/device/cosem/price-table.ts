import type { Element } from '../../codec/element.ts';
import { toHex } from '../../kernel/bytes.ts';
import type { UnitPrice } from '../payment/spending.ts';
import { ElementMemo } from './element-memo.ts';
import type { CosemKey } from './key.ts';
import { octetsOf } from './numbers.ts';
import type { CosemStore } from './store.ts';

/** Commodity scale of a price for each kilowatt hour: 10³ Wh (structures of ECS01a). */
const KILO = 3;

const MADE = new ElementMemo<PriceTable>();

/** The active prices of a charge (Blue Book, class 113 unit_charge_active). */
export class PriceTable {
  readonly #prices: ReadonlyMap<string, UnitPrice>;
  readonly #none: UnitPrice;

  private constructor(charge: Element | undefined) {
    const [scaling, , table] = charge?.children ?? [];
    const [commodityScale, priceScale] = (scaling?.children ?? []).map(({ value }) => Number(value));
    const scale = (priceScale ?? 0) + KILO - (commodityScale ?? KILO);
    const rows = (table?.children ?? []).map(({ children: [index, value] }): [string, UnitPrice] => [
      toHex(octetsOf(index)),
      { value: Number(value?.value ?? 0), scale },
    ]);
    this.#prices = new Map(rows);
    this.#none = { value: 0, scale };
  }

  /** Price of a kilowatt hour by its index in hex; what the table lacks costs nothing. */
  price(index: string): UnitPrice {
    return this.#prices.get(index) ?? this.#none;
  }

  /** The prices that a device's objects hold; the same object as long as they stay the same. */
  static of(store: CosemStore, key: CosemKey): PriceTable {
    const charge = store.get(key);
    return MADE.of([charge], () => new PriceTable(charge));
  }
}
