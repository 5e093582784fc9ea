// Jobs that wait for their next document: each has a time (multiple-operation-time-out, RFC 8011
// 5.4.37) that uploads suspend.
import type { Clock, Timer } from '../../hal/contract.ts';

export interface IncomingJobs {
  /** From now on the job has `timeoutMs` for its next document. */
  arm(jobId: string, timeoutMs?: number): void;
  /** False: another upload for the job runs. While it runs, the time stands still. */
  beginUpload(jobId: string): boolean;
  /** `closed`: the job waits no more. */
  endUpload(jobId: string, closed: boolean): void;
  forget(jobId: string): void;
  stop(): void;
}

export function createIncomingJobs(options: {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly onTimeout: (jobId: string) => void;
}): IncomingJobs {
  const timers = new Map<string, Timer>();
  const uploading = new Set<string>();
  let stopped = false;

  const cancel = (jobId: string) => {
    timers.get(jobId)?.cancel();
    timers.delete(jobId);
  };
  const arm = (jobId: string, timeoutMs = options.timeoutMs) => {
    cancel(jobId);
    if (stopped) return;
    const timer = options.clock.startTimer(timeoutMs, () => {
      timers.delete(jobId);
      options.onTimeout(jobId);
    });
    timers.set(jobId, timer);
  };
  return {
    arm,
    beginUpload(jobId) {
      if (uploading.has(jobId)) return false;
      uploading.add(jobId);
      cancel(jobId);
      return true;
    },
    endUpload(jobId, closed) {
      uploading.delete(jobId);
      if (!closed) arm(jobId);
    },
    forget: cancel,
    stop() {
      stopped = true;
      for (const jobId of timers.keys()) cancel(jobId);
    },
  };
}
