// The records that a port's runner makes: start, end, interruption.
import type { Clock } from '../../hal/contract.ts';
import type { Job } from '../jobs/job.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import type { EndDecision } from './decisions.ts';
import type { RunnerCommits } from './port-runner.ts';

export function createRunnerCommits(options: {
  readonly spooler: string;
  readonly portName: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly clock: Clock;
  readonly onStarted: (job: Job) => void;
  readonly onEnded: (job: Job) => void;
}): RunnerCommits {
  const { spooler, portName, store, commit, clock } = options;
  return {
    async start({ job, arriving }, localPort) {
      const payload = {
        jobId: job.id,
        portName,
        ...(localPort === undefined ? {} : { localPort }),
        ...(arriving === undefined ? {} : { arriving: true as const }),
        at: clock.wall(),
      };
      const outcome = await commit([{ type: 'job.started', payload }]);
      if (outcome.kind === 'refused') return outcome;
      options.onStarted(job);
      return undefined;
    },
    async end({ job }, decision) {
      const outcome = await commit([endChange(job.id, decision, clock)]);
      if (outcome.kind === 'refused') return outcome;
      if (decision.kind === 'end') options.onEnded(job);
      return undefined;
    },
    async isStarted({ job }) {
      const now = await store.query('jobs.get', { spooler, id: job.id });
      return now?.state === 'processing';
    },
  };
}

/** The record that a decision becomes. */
export function endChange(
  jobId: string,
  decision: Exclude<EndDecision, { readonly kind: 'none' }>,
  clock: Clock,
): Change {
  const at = clock.wall();
  const { reasons, message } = decision;
  if (decision.kind === 'interrupt') {
    const { deliveredBytes, decision: what } = decision;
    return {
      type: 'job.interrupted',
      payload: { jobId, deliveredBytes, decision: what, reasons, message, at },
    };
  }
  const { state, outcome, pages } = decision;
  return {
    type: 'job.ended',
    payload: {
      jobId,
      state,
      ...(outcome === undefined ? {} : { outcome }),
      ...(pages === undefined ? {} : { pages }),
      reasons,
      message,
      at,
    },
  };
}
