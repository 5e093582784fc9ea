// How a job reads in tables and on its own, and what commands for jobs have in common.
import type { JobView } from '../../api/types.ts';
import { CliError, type CommandContext, type CommandInput } from '../command.ts';

export function wholeNumber(input: CommandInput, option: string): number | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliError(`--${option} takes a whole number above 0, not "${text}".`, 2);
}

export function jobPath(name: string | undefined): string {
  return `/jobs/${encodeURIComponent(name ?? '')}`;
}

export function sizeText({ documents }: JobView): string {
  const bytes = documents.reduce((sum, document) => sum + document.sizeBytes, 0);
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? ''}`;
}

export function whyText(item: JobView): string {
  const twice = item.possiblyPrintedTwice ? 'possibly printed twice' : '';
  return [item.message, twice].filter((text) => text !== '').join('; ');
}

export function showJob({ asJson, out }: CommandContext, item: JobView): void {
  if (asJson) return out.json(item);
  out.fields([
    ['job', String(item.number)],
    ['name', item.name],
    ['state', item.state],
    ['reasons', item.reasons.join(' ')],
    ['why', whyText(item)],
    ['user', item.origin.userName],
    ['from', `${item.origin.door} ${item.origin.address}`],
    ['size', sizeText(item)],
    ['copies', String(item.copies)],
    ['priority', String(item.priority)],
    ['held', item.hold === undefined ? '-' : holdText(item.hold)],
    ['outcome', item.outcome ?? '-'],
    ['pages', String(item.pages ?? '-')],
    ['documents kept', item.retained ? 'yes' : 'no'],
    ['created', new Date(item.createdAt.ms).toISOString()],
    ['id', item.id],
  ]);
}

function holdText(hold: NonNullable<JobView['hold']>): string {
  switch (hold.kind) {
    case 'indefinite':
      return 'until it is released';
    case 'period':
      return `until ${hold.period}`;
    case 'peer':
      return 'until the other appliance says whether it printed';
    case 'time':
      return `until ${new Date(hold.ms).toISOString()}`;
  }
}
