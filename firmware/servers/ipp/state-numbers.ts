// The states of jobs and printers as IPP's enums number them (RFC 8011 5.3.7, 5.4.11).
import type { JobState } from '../../jobs/job.ts';
import type { PrinterStatus } from '../../spooler/contract.ts';

export const jobStateNumbers: Readonly<Record<JobState, number>> = {
  pending: 3,
  'pending-held': 4,
  processing: 5,
  'processing-stopped': 6,
  canceled: 7,
  aborted: 8,
  completed: 9,
};

export const printerStateNumbers: Readonly<Record<PrinterStatus['state'], number>> = {
  idle: 3,
  processing: 4,
  stopped: 5,
};
