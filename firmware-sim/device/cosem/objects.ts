import { assert } from '../../kernel/errors.ts';
import type { Device } from '../device.ts';
import type { CosemStore } from './store.ts';

/** The COSEM objects of a device that has some. */
export function objectsOf({ cosem, eui }: Pick<Device, 'cosem' | 'eui'>): CosemStore {
  assert(cosem, `${eui} has COSEM objects`);
  return cosem;
}
