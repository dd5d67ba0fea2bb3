import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowList } from '../../../firmware-sim/device/cosem/row-list.ts';
import { holds } from '../../support/property.ts';

const row = fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), fc.nat(3));
const OF = { structure: ['double-long-unsigned', 'double-long', 'enum'] };

describe('rows kept as differences', () => {
  it('are the rows that were added, the oldest dropped', () => {
    holds(
      fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (rows, capacity) => {
        const list = new RowList(OF);
        rows.forEach((one, i) => {
          list.push(one);
          list.trim(capacity);
          expect(list.rows).toEqual(rows.slice(Math.max(0, i + 1 - capacity), i + 1));
          expect(list.newest).toEqual(one);
        });
        expect(list.count).toBe(Math.min(rows.length, capacity));
        expect(new RowList(OF, rows).rows).toEqual(rows);
      }),
    );
  });

  it('take little memory where little changes', () => {
    const list = new RowList({ array: 86, of: 'double-long-unsigned' });
    for (let day = 0; day < 31; day++)
      list.push([day * 86_400, 7_000_000 + day * 8_400, ...Array.from({ length: 84 }, (_, i) => i)]);
    expect(list.octets).toBeLessThan(300);
  });

  it('hold numbers only', () => {
    expect(() => new RowList('octet-string')).toThrow('only rows of numbers');
  });
});
