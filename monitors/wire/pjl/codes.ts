// PJL's status codes as reasons (PJL Technical Reference Manual, appendix D).

export type PjlTrouble =
  | 'media-needed'
  | 'media-low'
  | 'media-jam'
  | 'door-open'
  | 'toner-empty'
  | 'toner-low'
  | 'output-area-full'
  | 'offline-report'
  | 'other';

export interface PjlCondition {
  readonly trouble: PjlTrouble;
  readonly severity: 'report' | 'warning' | 'error';
}

/** Ready, or asleep: nothing is being printed. */
const idleCodes: readonly number[] = [10000, 10001, 35078];
/** Warming up, testing, resetting, cancelling a job, processing one. */
const busyCodes: readonly number[] = [10003, 10004, 10005, 10007, 10023];

/** The codes with a meaning of their own; a range below covers the others. */
const knownCodes: ReadonlyMap<number, PjlCondition> = new Map([
  [10002, { trouble: 'offline-report', severity: 'error' }],
  [10006, { trouble: 'toner-low', severity: 'warning' }],
  [40010, { trouble: 'toner-empty', severity: 'error' }],
  [40019, { trouble: 'output-area-full', severity: 'error' }],
  [40021, { trouble: 'door-open', severity: 'error' }],
  [40022, { trouble: 'media-jam', severity: 'error' }],
  [40038, { trouble: 'toner-low', severity: 'error' }],
  [40039, { trouble: 'toner-empty', severity: 'error' }],
  [40079, { trouble: 'offline-report', severity: 'error' }],
]);

/** The groups of appendix D; 20xxx to 27xxx are about PJL itself and say nothing of the device. */
const ranges: readonly { from: number; to: number; condition: PjlCondition }[] = [
  { from: 11000, to: 11999, condition: { trouble: 'media-low', severity: 'report' } },
  { from: 12000, to: 12999, condition: { trouble: 'other', severity: 'report' } },
  { from: 15000, to: 15999, condition: { trouble: 'output-area-full', severity: 'error' } },
  { from: 30000, to: 30999, condition: { trouble: 'other', severity: 'warning' } },
  { from: 35000, to: 35999, condition: { trouble: 'other', severity: 'warning' } },
  { from: 40000, to: 40999, condition: { trouble: 'other', severity: 'error' } },
  { from: 41000, to: 41999, condition: { trouble: 'media-needed', severity: 'error' } },
  { from: 42000, to: 42999, condition: { trouble: 'media-jam', severity: 'error' } },
  { from: 43000, to: 43999, condition: { trouble: 'other', severity: 'error' } },
  { from: 44000, to: 44999, condition: { trouble: 'media-jam', severity: 'error' } },
  { from: 50000, to: 55999, condition: { trouble: 'other', severity: 'error' } },
];

/** Undefined: nothing is wrong, or nothing that this table knows. */
export function pjlCondition(code: number): PjlCondition | undefined {
  const known = knownCodes.get(code);
  if (known !== undefined || idleCodes.includes(code)) return known;
  return ranges.find(({ from, to }) => code >= from && code <= to)?.condition;
}

/** Undefined where the code does not say. */
export function pjlBusy(code: number): boolean | undefined {
  if (busyCodes.includes(code)) return true;
  return idleCodes.includes(code) ? false : undefined;
}
