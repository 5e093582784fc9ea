// A moment of the wall clock as one registry value.
import type { Moment } from '../jobs/job.ts';

export function momentText({ ms, trusted }: Moment): string {
  return `${ms}${trusted ? '' : '?'}`;
}

export function readMoment(text: string | undefined): Moment {
  const [, digits = '0', doubt = '?'] = /^(\d{1,15})(\??)$/.exec(text ?? '') ?? [];
  return { ms: Number(digits), trusted: doubt === '' };
}
