import type { Device } from '../../firmware-sim/device/device.ts';
import type { WholeMessage } from '../../firmware-sim/gbcs/message.ts';

export function loadClone(_device: Device, _message: WholeMessage): void {}
