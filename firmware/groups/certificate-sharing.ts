// Tells the group's log of its certificate until it is in there: what the log does not name the
// other appliance can't show to clients after a failover.
import type { Clock } from '../../hal/contract.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import { groupLimits } from '../limits/group-limits.ts';

export interface CertificateSharingOptions {
  readonly clock: Clock;
  readonly log: { warn(message: string, facts: Readonly<Record<string, unknown>>): void };
  /** Resolves once the log says so; rejects where it can't, in a lapse say. */
  readonly note: () => Promise<void>;
  /** False once this ownership is over: the next one tells it itself. */
  readonly wanted: () => boolean;
}

/**
 * Resolves once it is told, or the first attempt had its time: clients are not kept waiting for
 * longer. Never rejects.
 */
export async function shareCertificate(options: CertificateSharingOptions): Promise<void> {
  const { clock, log, note, wanted } = options;
  try {
    using deadline = startDeadline(clock, groupLimits.certificateMs);
    await abortable(note(), deadline.signal);
  } catch (error) {
    log.warn('the certificate of the group could not be shared yet', { error });
    clock.startTimer(groupLimits.certificateAgainMs, () => {
      if (wanted()) void shareCertificate(options);
    });
  }
}
