// When a hold by time ends: the named periods of job-hold-until in the appliance's own time zone;
// pure.
import type { HoldPeriod, JobHold } from './job.ts';

const hourMs = 3_600_000;
/** A weekend comes within so many hours. */
const mostHours = 8 * 24;

/** Hours of the day as [from, to); RFC 8011 5.2.2 leaves them to the printer, these are CUPS's. */
const hoursOf = {
  'day-time': (hour) => hour >= 6 && hour < 18,
  evening: (hour) => hour < 6 || hour >= 18,
  night: (hour) => hour < 6 || hour >= 18,
  'second-shift': (hour) => hour >= 16,
  'third-shift': (hour) => hour < 8,
  weekend: (_hour, day) => day === 0 || day === 6,
} as const satisfies Record<HoldPeriod, (hour: number, day: number) => boolean>;

export function isWithin(period: HoldPeriod, ms: number): boolean {
  const moment = new Date(ms);
  return hoursOf[period](moment.getHours(), moment.getDay());
}

/** The moment from which the job may print; undefined: until someone releases it. */
export function holdEndMs(hold: JobHold, nowMs: number): number | undefined {
  switch (hold.kind) {
    case 'indefinite':
    case 'peer':
      return undefined;
    case 'time':
      return hold.ms;
    case 'period':
      return periodStartMs(hold.period, nowMs);
  }
}

function periodStartMs(period: HoldPeriod, nowMs: number): number {
  if (isWithin(period, nowMs)) return nowMs;
  const nextHour = new Date(nowMs);
  nextHour.setMinutes(0, 0, 0);
  let ms = nextHour.getTime() + hourMs;
  for (let hours = 0; hours < mostHours && !isWithin(period, ms); hours += 1) ms += hourMs;
  return ms;
}
