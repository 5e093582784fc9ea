// What the kernel's parallel printer driver means by its errors (drivers/char/lp.c).
import type { HalError } from '../../hal/errors.ts';
import type { Hindrance, NotStarted } from '../device-port/device.ts';
import { warningOf } from '../ports/reasons.ts';
import type { ParallelSettings } from './settings.ts';

/**
 * A write that the driver refused before a byte went out: ENOSPC is the paper-out line, EIO the
 * select line off or the fault line on (it does not say which). Both pass by themselves. Busy is no
 * error: then nothing is taken.
 */
export function hindranceOfWrite({ code }: HalError): Hindrance | undefined {
  if (code === 'no-space') {
    return { reasons: [warningOf('media-empty')], message: 'the printer is out of paper' };
  }
  if (code === 'io-error') {
    const message = 'the printer is off-line, off, or reports a fault';
    return { reasons: [warningOf('offline-report')], message };
  }
  return undefined;
}

export const busy: Hindrance = {
  reasons: [warningOf('timed-out')],
  message: 'the printer is busy and takes no data',
};

export function notStarted(error: HalError, { device }: ParallelSettings): NotStarted {
  if (error.code === 'permission-denied') {
    return { kind: 'failed', status: 'ERROR_ACCESS_DENIED', message: error.message };
  }
  const message =
    error.code === 'busy' ? `another program uses ${device}` : `${error.message}: is it there?`;
  return { kind: 'waiting', reasons: [warningOf('offline-report')], message };
}
