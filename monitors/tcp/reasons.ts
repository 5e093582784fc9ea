// What the tcp monitor says of a device when a connection does not come about, or brings nothing.
import type { HalErrorCode } from '../../hal/errors.ts';
import type { DeviceReason } from '../contract.ts';

type Severity = DeviceReason['severity'];

/** Connected, or trying to, and no answer in time. */
export function silent(severity: Severity): DeviceReason {
  return { keyword: 'timed-out', severity };
}

/** On the way to the device, which can't be reached now. */
export function unreachable(severity: Severity): DeviceReason {
  return { keyword: 'connecting-to-device', severity };
}

export function unexplained(severity: Severity): DeviceReason {
  return { keyword: 'other', severity };
}

/**
 * The reason for waiting when a connect failed so. A warning: an error would keep jobs away, and
 * only a new attempt can find out that the printer is back. A refused address is no reason to wait.
 */
export function reasonsOfConnect(code: Exclude<HalErrorCode, 'address-refused'>): DeviceReason[] {
  return [code === 'timed-out' ? silent('warning') : unreachable('warning')];
}
