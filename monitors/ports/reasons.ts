// What a network port says of its device when a connection does not come about, or brings nothing.
import type { HalErrorCode } from '../../hal/errors.ts';
import type { DeviceReason } from '../contract.ts';

/**
 * Reasons for waiting are warnings: an error would keep jobs away, and only a new attempt can find
 * out that the printer is back.
 */
export function warningOf(keyword: DeviceReason['keyword']): DeviceReason {
  return { keyword, severity: 'warning' };
}

/** The reason for waiting when a connection failed so. A refused address is none. */
export function reasonsOfConnection(
  code: Exclude<HalErrorCode, 'address-refused'>,
): readonly DeviceReason[] {
  return [warningOf(code === 'timed-out' ? 'timed-out' : 'connecting-to-device')];
}
