// What lpq shows of a queue, short and long; RFC 1179 5.3 and 5.4 leave the form to the server, and
// this is BSD's.
import { lpdText } from '../../../monitors/wire/lpd/text.ts';
import type { Job } from '../../jobs/job.ts';
import { showsJobsToAll } from '../../printers/access.ts';
import type { Printer } from '../../printers/printer.ts';
import type { PrinterStatus } from '../../spooler/contract.ts';

/** What stands for names that are not for everyone; LPD knows nobody who asks. */
const hidden = 'private';

const columns = { rank: 7, owner: 16, number: 6, files: 38 } as const;
const cellOctets = 200;

export function queueText(
  printer: Printer,
  status: PrinterStatus,
  jobs: readonly Job[],
  form: 'short' | 'long',
): string {
  const head = stateLines(printer, status);
  if (jobs.length === 0) return lines([...head, 'no entries']);
  const shown = showsJobsToAll(printer.access) ? jobs : jobs.map(withoutNames);
  return lines([...head, ...(form === 'short' ? table(shown) : shown.flatMap(inFull))]);
}

function withoutNames(job: Job): Job {
  const documents = job.documents.map((document) => ({ ...document, name: hidden }));
  const origin = { ...job.origin, userName: hidden, address: '' };
  return { ...job, name: hidden, origin, documents };
}

function stateLines(
  { name, accepting, enabled }: Printer,
  { state, message }: PrinterStatus,
): readonly string[] {
  const doing = state === 'processing' ? 'ready and printing' : 'ready';
  return [
    `${name} is ${enabled && state !== 'stopped' ? doing : 'not ready'}`,
    ...(message === '' ? [] : [message]),
    ...(accepting ? [] : ['no new jobs are taken']),
  ];
}

function table(jobs: readonly Job[]): readonly string[] {
  const head = row('Rank', 'Owner', 'Job', 'Files', 'Total Size');
  return [
    head,
    ...jobs.map((job, index) =>
      row(rankOf(job, index), job.origin.userName, String(job.number), job.name, sizeOf(job)),
    ),
  ];
}

function inFull(job: Job, index: number): readonly string[] {
  const owner = `${job.origin.userName}: ${rankOf(job, index)}`.padEnd(columns.owner * 2);
  return [
    '',
    `${owner} [job ${`${job.number} ${job.origin.address}`.trimEnd()}]`,
    ...job.documents.map(
      (document) => `        ${document.name || job.name}  ${document.sizeBytes} bytes`,
    ),
    ...(job.message === '' ? [] : [`        ${job.message}`]),
  ];
}

function rankOf({ state }: Job, index: number): string {
  if (state === 'processing' || state === 'processing-stopped') return 'active';
  return state === 'pending-held' ? 'hold' : ordinal(index + 1);
}

function ordinal(number: number): string {
  const teens = number % 100;
  const suffixes = ['th', 'st', 'nd', 'rd'];
  const suffix = teens >= 11 && teens <= 13 ? 'th' : (suffixes[number % 10] ?? 'th');
  return `${number}${suffix}`;
}

function sizeOf({ documents }: Job): string {
  return `${documents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)} bytes`;
}

function row(rank: string, owner: string, number: string, files: string, size: string): string {
  return [
    rank.padEnd(columns.rank),
    owner.padEnd(columns.owner),
    number.padEnd(columns.number),
    files.padEnd(columns.files),
    size,
  ].join('');
}

/** Names are the clients' own: no line may hold what could steer a terminal. */
function lines(all: readonly string[]): string {
  return all.map((line) => `${cleaned(line)}\n`).join('');
}

function cleaned(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return `${indent}${lpdText(line, cellOctets)}`;
}
