// The words of job-hold-until (RFC 8011 5.2.2) as the spooler's holds.
import { holdPeriods, type JobHold } from '../../jobs/job.ts';

/** The keywords that clients may choose from. */
export const holdKeywords = ['no-hold', 'indefinite', ...holdPeriods] as const;

/** Undefined: no hold at all. */
export function holdOf(until: string): JobHold | undefined | 'unknown' {
  if (until === 'no-hold') return undefined;
  if (until === 'indefinite') return { kind: 'indefinite' };
  const period = holdPeriods.find((each) => each === until);
  return period === undefined ? 'unknown' : { kind: 'period', period };
}
