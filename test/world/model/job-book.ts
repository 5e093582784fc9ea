// What the records of a group's log say of its jobs and printers: the tables of a node, as small as
// the pair's rules need them.
import { handedPath, type KnownJob } from '../../../firmware/cluster/handover.ts';
import { formatTerm } from '../../../firmware/cluster/term.ts';
import type { LogRecord, Term } from '../../../firmware/store/contract.ts';
import type { Change } from '../../../firmware/store/records/table.ts';

export interface BookJob {
  readonly id: string;
  readonly printerId: string;
  readonly units: number;
  state: 'waiting' | 'held' | 'printing' | 'completed';
  /** Bytes of an attempt may be on paper: the job is marked. */
  marked: boolean;
  attempts: number;
  localPort: number | undefined;
}

export interface JobBook {
  readonly jobs: ReadonlyMap<string, BookJob>;
  /** Those that are not completed. */
  readonly open: ReadonlyMap<string, BookJob>;
  readonly printerIds: ReadonlySet<string>;
  apply(change: Change): void;
  handedThrough(term: Term): number;
  /**
   * Where connections to a printer left from since one ended in order, the newest first: one may
   * occupy it.
   */
  lingeringPorts(printerId: string): readonly number[];
  known(id: string): KnownJob | undefined;
}

export function createJobBook(log: readonly LogRecord[]): JobBook {
  const jobs = new Map<string, BookJob>();
  const open = new Map<string, BookJob>();
  const printerIds = new Set<string>();
  const handed = new Map<string, number>();
  const lingering = new Map<string, readonly number[]>();

  const change = (id: string, to: Partial<BookJob>) => {
    const job = jobs.get(id);
    if (job !== undefined && job.state !== 'completed') Object.assign(job, to);
  };
  const apply = (record: Change) => {
    if (record.type === 'printer.created') printerIds.add(record.payload.printer.id);
    else if (record.type === 'registry.values-set') {
      if (record.payload.path[1] !== handedPath[1]) return;
      for (const { name, value } of record.payload.values) {
        if (value.type === 'dword') handed.set(name, Math.max(handed.get(name) ?? 0, value.data));
      }
    } else if (record.type === 'job.created') {
      const { id, printerId } = record.payload;
      if (jobs.has(id)) return;
      const units = Number(record.payload.attributes['units']);
      const job: BookJob = {
        state: 'waiting',
        marked: false,
        attempts: 0,
        localPort: undefined,
        id,
        printerId,
        units,
      };
      jobs.set(id, job);
      open.set(id, job);
    } else if (record.type === 'job.started') {
      const { jobId, localPort } = record.payload;
      const attempts = (jobs.get(jobId)?.attempts ?? 0) + 1;
      const printerId = jobs.get(jobId)?.printerId ?? '';
      const ports = (lingering.get(printerId) ?? []).filter((port) => port !== localPort);
      if (localPort !== undefined) lingering.set(printerId, [localPort, ...ports]);
      change(jobId, { state: 'printing', attempts, localPort });
    } else if (record.type === 'job.interrupted') {
      const { jobId, decision, deliveredBytes } = record.payload;
      const marked = deliveredBytes > 0 || jobs.get(jobId)?.marked === true;
      change(jobId, { state: decision === 'hold' ? 'held' : 'waiting', marked });
    } else if (record.type === 'job.ended') {
      const ended = jobs.get(record.payload.jobId);
      const ports = lingering.get(ended?.printerId ?? '') ?? [];
      // One that was completed elsewhere says nothing of the connection that broke here.
      const left =
        ended?.state === 'printing' ? ports.filter((port) => port !== ended.localPort) : ports;
      lingering.set(ended?.printerId ?? '', left);
      change(record.payload.jobId, { state: 'completed' });
      open.delete(record.payload.jobId);
    }
  };
  for (const record of log) apply(record.change);
  return {
    jobs,
    open,
    printerIds,
    apply,
    lingeringPorts: (printerId) => lingering.get(printerId) ?? [],
    handedThrough: (term) => handed.get(formatTerm(term)) ?? 0,
    known(id) {
      const job = jobs.get(id);
      if (job === undefined) return undefined;
      const state = job.state === 'completed' ? 'ended' : job.state;
      const { marked: interrupted, units: sizeBytes } = job;
      const more = { incoming: false, documentCount: 1 } as const;
      return { id, state, interrupted, policy: 'restart', sizeBytes, ...more };
    },
  };
}
