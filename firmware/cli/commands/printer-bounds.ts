// Quotas, retention and defaults of a printer in the words of the command line.
import type { PrinterSettingsInput, PrinterView } from '../../api/types.ts';
import { CliError, type CommandInput } from '../command.ts';

type Retention = PrinterView['historyRetention'];

const daySeconds = 86_400;
const secondsOf: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: daySeconds };
const bytesOf: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** `now` is what defaults and quotas that are not named stay at. */
export function boundsOf(
  input: CommandInput,
  now: Pick<PrinterView, 'defaults' | 'quotas'> | undefined,
): Pick<
  PrinterSettingsInput,
  'holdNewJobs' | 'defaults' | 'quotas' | 'documentRetention' | 'historyRetention'
> {
  const holdNewJobs = yesOrNo(input, 'hold-new-jobs');
  const defaults = defaultsOf(input, now?.defaults ?? {});
  const quotas = quotasOf(input, now?.quotas ?? {});
  const documents = retentionOf(input, 'keep-documents');
  const history = retentionOf(input, 'keep-history');
  return {
    ...(holdNewJobs === undefined ? {} : { holdNewJobs }),
    ...(defaults === undefined ? {} : { defaults }),
    ...(quotas === undefined ? {} : { quotas }),
    ...(documents === undefined ? {} : { documentRetention: documents }),
    ...(history === undefined ? {} : { historyRetention: history }),
  };
}

export function yesOrNo(input: CommandInput, option: string): boolean | undefined {
  const value = input.text(option);
  if (value === undefined) return undefined;
  if (value === 'yes' || value === 'no') return value === 'yes';
  throw new CliError(`--${option} takes yes or no, not "${value}".`, 2);
}

export function retentionText({ seconds, jobs, bytes }: Retention): string {
  const bounds = [
    ...(seconds === undefined ? [] : [durationText(seconds)]),
    ...(jobs === undefined ? [] : [`${jobs}jobs`]),
    ...(bytes === undefined ? [] : [`${bytes}B`]),
  ];
  if (seconds === 0 || jobs === 0 || bytes === 0) return 'no';
  return bounds.length === 0 ? 'ever' : bounds.join(',');
}

function durationText(seconds: number): string {
  return seconds % daySeconds === 0 ? `${seconds / daySeconds}d` : `${seconds}s`;
}

function retentionOf(input: CommandInput, option: string): Retention | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  if (text === 'no') return { jobs: 0 };
  if (text === 'ever') return {};
  return Object.assign({}, ...text.split(',').map((part) => boundOf(option, part.trim())));
}

function boundOf(option: string, text: string): Retention {
  const [, digits = '', unit = ''] = /^(\d{1,12})\s*([A-Za-z]+)$/.exec(text) ?? [];
  const count = Number(digits);
  const seconds = secondsOf[unit];
  const bytes = bytesOf[unit];
  if (seconds !== undefined) return { seconds: count * seconds };
  if (bytes !== undefined) return { bytes: count * bytes };
  if (unit === 'jobs') return { jobs: count };
  throw new CliError(`--${option}: "${text}" is no bound such as 7d, 50jobs or 100MB.`, 2);
}

const quotaOptions = {
  'quota-job': 'jobBytes',
  'quota-jobs': 'jobs',
  'quota-user-jobs': 'jobsPerUser',
  'quota-spool': 'spoolBytes',
} as const satisfies Record<string, keyof PrinterView['quotas']>;

function quotasOf(
  input: CommandInput,
  now: PrinterView['quotas'],
): PrinterView['quotas'] | undefined {
  const quotas = new Map(Object.entries(now));
  let changed = false;
  for (const [option, name] of Object.entries(quotaOptions)) {
    const text = input.text(option);
    if (text === undefined) continue;
    changed = true;
    if (text === 'no') quotas.delete(name);
    else quotas.set(name, sizeOf(option, text));
  }
  return changed ? Object.fromEntries(quotas) : undefined;
}

function sizeOf(option: string, text: string): number {
  const [, digits = '', unit = 'B'] = /^(\d{1,12})\s*([A-Z]+)?$/.exec(text) ?? [];
  const factor = bytesOf[unit];
  if (digits !== '' && factor !== undefined) return Number(digits) * factor;
  throw new CliError(`--${option} takes a number, a size such as 500MB, or no; not "${text}".`, 2);
}

/** A number is one; everything else is text, as IPP's keywords are. */
function defaultsOf(
  input: CommandInput,
  now: PrinterView['defaults'],
): PrinterView['defaults'] | undefined {
  const given = input.texts('default');
  if (given === undefined) return undefined;
  const defaults = new Map(Object.entries(now));
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 1) throw new CliError(`--default takes NAME=VALUE, not "${text}".`, 2);
    const [name, value] = [text.slice(0, at), text.slice(at + 1)];
    if (value === '') defaults.delete(name);
    else defaults.set(name, /^\d{1,9}$/.test(value) ? Number(value) : value);
  }
  return Object.fromEntries(defaults);
}
