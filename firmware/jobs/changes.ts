// What may be changed of a job that waits, checked at every door alike; pure.
import { refused, type Refusal } from '../errors/codes.ts';
import { boundedJobName, checkAttributes, checkNumber } from '../intake/checks.ts';
import { printingLimits } from '../limits/printing-limits.ts';
import type { JobChanges } from '../spooler/contract.ts';
import type { RecordPayload } from '../store/records/table.ts';
import { isEnded, type Job, type JobHold, type Moment } from './job.ts';

export function checkChanges(changes: JobChanges): Refusal | undefined {
  return (
    checkNumber('priority', changes.priority, 100) ??
    checkNumber('copies', changes.copies, printingLimits.copiesPerJob) ??
    checkAttributes(changes.attributes)
  );
}

export function changePayload(
  job: Job,
  { name, priority, copies, attributes }: JobChanges,
  at: Moment,
): RecordPayload<'job.changed'> {
  return {
    jobId: job.id,
    ...(name === undefined ? {} : { name: boundedJobName(name) }),
    ...(priority === undefined ? {} : { priority }),
    ...(copies === undefined ? {} : { copies }),
    ...(attributes === undefined ? {} : { attributes: merged(job.attributes, attributes) }),
    at,
  };
}

export function checkHold(job: Job, hold: JobHold): Refusal | undefined {
  if (isEnded(job.state)) return refused('job-not-possible', `job ${job.number} has ended`);
  if (hold.kind !== 'time' || Number.isSafeInteger(hold.ms)) return undefined;
  return refused('value-not-supported', 'the time until which the job shall wait is no time');
}

function merged(
  before: Job['attributes'],
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const all = Object.entries({ ...before, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}
