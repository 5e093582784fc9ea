// What LPD clients ask of a queue besides printing: its state, and to remove jobs (RFC 1179 5.3 to
// 5.5).
import type { LpdCommand } from '../../../monitors/wire/lpd/commands.ts';
import type { PrintClient } from '../ipp/call.ts';
import type { Job } from '../../jobs/job.ts';
import { serverLimits } from '../../limits/server-limits.ts';
import type { Printer } from '../../printers/printer.ts';
import type { Spooler } from '../../spooler/contract.ts';
import { checkOwner } from '../ipp/ownership.ts';
import { queueText } from './queue-text.ts';

type StateCommand = Extract<LpdCommand, { kind: 'short-queue-state' | 'long-queue-state' }>;
type RemoveCommand = Extract<LpdCommand, { kind: 'remove-jobs' }>;

export async function queueState(
  spooler: Spooler,
  printer: Printer,
  { kind, list }: StateCommand,
): Promise<string> {
  const [status, all] = await Promise.all([
    spooler.printers.status(printer.id),
    waitingJobs(spooler, printer),
  ]);
  const jobs = all.filter((job) => list.length === 0 || isNamed(job, list));
  return queueText(printer, status, jobs, kind === 'short-queue-state' ? 'short' : 'long');
}

/** Without a list the client means its job that prints now, or its first one (RFC 1179 5.5). */
export async function removeJobs(
  spooler: Spooler,
  printer: Printer,
  { agent, list }: RemoveCommand,
  address: string,
): Promise<string> {
  const client: PrintClient = {
    kind: 'print-client',
    userName: agent,
    address,
    authenticated: false,
  };
  const all = await waitingJobs(spooler, printer);
  const own = all.filter((job) => job.origin.userName === agent);
  const meant = list.length === 0 ? own.slice(0, 1) : all.filter((job) => isNamed(job, list));
  const lines: string[] = [];
  for (const job of meant) lines.push(await removeOne(spooler, job, client));
  return lines.map((line) => `${line}\n`).join('');
}

async function removeOne(spooler: Spooler, job: Job, client: PrintClient): Promise<string> {
  try {
    checkOwner(client, job, 'removing a job');
  } catch {
    // A list may name jobs of others: each is told, and the rest goes on.
    return `job ${job.number}: permission denied`;
  }
  const outcome = await spooler.jobs.cancel(job.id, client);
  return outcome.kind === 'done'
    ? `job ${job.number} dequeued`
    : `job ${job.number}: ${outcome.message}`;
}

function waitingJobs(spooler: Spooler, printer: Printer): Promise<readonly Job[]> {
  return spooler.jobs.list({
    printerId: printer.id,
    which: 'not-completed',
    limit: serverLimits.lpd.jobsPerAnswer,
  });
}

function isNamed({ number, origin }: Job, list: readonly string[]): boolean {
  return list.includes(String(number)) || list.includes(origin.userName);
}
