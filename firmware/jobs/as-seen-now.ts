// A job as people see it just now: the record, and what only its port or printer knows; pure.
import type { PrintingState } from '../printers/port-runner.ts';
import type { PrinterCondition } from '../printers/status.ts';
import { isEnded, type Job } from './job.ts';

/**
 * Why a job waits is no record (a device that is off all night would wear the card out): it is
 * added where a job is shown. `port` is where it is worked on, if anywhere.
 */
export function asSeenNow(
  job: Job,
  port: PrintingState | undefined,
  conditionOf: (printerId: string) => PrinterCondition | undefined,
  whyAside?: string,
): Job {
  if (isEnded(job.state)) return job;
  if (port !== undefined) return atPort(job, port);
  if (whyAside !== undefined) {
    const message = joined(job.message, whyAside);
    return { ...job, reasons: ['resources-are-not-ready'], message };
  }
  const condition = conditionOf(job.printerId);
  if (job.state !== 'pending' || job.incoming || condition?.state !== 'stopped') return job;
  return {
    ...job,
    reasons: ['printer-stopped'],
    message: joined(job.message, condition.message),
  };
}

function atPort(seen: Job, port: PrintingState): Job {
  const job = seen.state === 'processing' ? { ...seen, sentBytes: port.sentBytes } : seen;
  if (port.state !== 'waiting' && port.state !== 'failed') return job;
  const message = joined(job.message, port.message);
  if (job.state !== 'processing') return { ...job, message };
  return { ...job, state: 'processing-stopped', reasons: ['printer-stopped'], message };
}

function joined(...parts: readonly string[]): string {
  return [...new Set(parts.filter((part) => part !== ''))].join(' ');
}
