// The group's spooler on one node, as small as the pair's rules need it: accepts, starts, sends and
// completes jobs by commits.
import { interruptedBy, planHandOver, type Marks } from '../../../firmware/cluster/handover.ts';
import type { LogRecord, Term } from '../../../firmware/store/contract.ts';
import type { Change } from '../../../firmware/store/records/table.ts';
import type { Timeline } from '../timeline.ts';
import { createJobBook, type BookJob, type JobBook } from './job-book.ts';
import type { Judge, NodeName } from '../pair/judge.ts';
import type { Kernel, PrinterSocket } from './kernel.ts';
import type { Printer } from './printers.ts';

/**
 * Parts outside the machine that a test takes out: sockets not bound to the group's address,
 * connections from ports of their own, starts that are not committed, a rejoin that forgets what
 * was handed over or completed.
 */
export type BrokenPart = 'unbound' | 'own-ports' | 'uncommitted-start' | 'no-handed-completions';

export interface CommitResult {
  readonly kind: 'acknowledged' | 'unacknowledged' | 'failed';
}

export interface SpoolerOptions {
  readonly node: NodeName;
  readonly timeline: Timeline;
  readonly judge: Judge;
  readonly kernel: Kernel;
  readonly printers: readonly Printer[];
  readonly log: readonly LogRecord[];
  /** What is broken on purpose. */
  readonly broken: ReadonlySet<BrokenPart>;
  readonly live: () => boolean;
  readonly inStep: () => boolean;
  /** The network to the printers is whole. */
  readonly reaches: () => boolean;
  readonly commit: (changes: readonly Change[], done: (result: CommitResult) => void) => void;
  readonly drained: () => void;
  /** Runs an action only while this process lives and is not stopped; later if it is stopped. */
  readonly run: (action: () => void) => void;
}

export interface Spooler {
  readonly book: JobBook;
  /** Records became durable here, by this node or its owner. */
  appended(records: readonly LogRecord[]): void;
  /** The log was cut: what it says is read anew. */
  reread(): void;
  takeOver(term: Term, clean: boolean): void;
  releaseHeld(): void;
  drain(): void;
  standBy(): void;
  accept(id: string, printerId: string, units: number, done: (accepted: boolean) => void): void;
  planTail(records: readonly LogRecord[]): readonly Change[];
  readonly held: ReadonlySet<string>;
}

const turnMs = 20;
const chunkUnits = 64;
const retryMs = 150;
/** A survivor is served at once; this long only where a dead session is in its way. */
const servedWithinMs = 10_000;
const tryPortMs = 1_500;
const marks: Marks = {
  at: { ms: 0, trusted: false },
  message: 'the appliance that printed it failed',
};

interface Attempt {
  readonly job: BookJob;
  readonly sinceMs: number;
  written: number;
}

export function createSpooler(options: SpoolerOptions): Spooler {
  const { node, timeline, judge, kernel, printers, live, commit, run } = options;
  let book = createJobBook(options.log);
  let term: Term | undefined;
  let owns = false;
  let draining = false;
  const held = new Set<string>();
  const busy = new Map<string, Attempt | 'committing'>();
  let cleanly = false;
  let uploads = 0;
  let nextPort = 20_000;

  const guarded = (action: () => void) => {
    const of = term;
    return () => run(() => (owns && term === of ? action() : undefined));
  };
  const later = (delayMs: number, action: () => void) => timeline.after(delayMs, guarded(action));
  const free = (printer: Printer) => {
    busy.delete(printer.id);
    if (draining) checkDrained();
    else later(turnMs, () => next(printer));
  };
  const checkDrained = () => {
    if (busy.size === 0 && uploads === 0) options.drained();
  };

  /** The next thing that this printer's queue asks for: an interrupted job's mark, or a start. */
  const next = (printer: Printer) => {
    if (busy.has(printer.id) || draining || !owns) return;
    if (!live()) {
      later(retryMs, () => next(printer));
      return;
    }
    const { broken, waiting } = firstOf(printer);
    if (waiting === undefined) {
      later(retryMs, () => next(printer));
      return;
    }
    busy.set(printer.id, 'committing');
    if (broken !== undefined) {
      const known = book.known(broken.id);
      if (known === undefined) return;
      commitOwn([interruptedBy(known, marks)], () => free(printer));
    } else start(printer, waiting);
  };

  const firstOf = (printer: Printer) => {
    let first: BookJob | undefined;
    for (const job of book.open.values()) {
      if (job.printerId !== printer.id || held.has(job.id)) continue;
      if (job.state === 'printing') return { broken: job, waiting: job };
      if (job.state === 'waiting') first ??= job;
    }
    return { broken: undefined, waiting: first };
  };

  const start = (printer: Printer, job: BookJob) => {
    nextPort += 1;
    // The first connection after one that broke comes from where that came: it resets a dead
    // session. Where several are known, they are tried in turn.
    const lingering = options.broken.has('own-ports') ? [] : book.lingeringPorts(printer.id);
    const localPort = lingering[job.attempts % lingering.length] ?? nextPort;
    const { at } = marks;
    const payload = { jobId: job.id, portName: printer.name, localPort, at };
    const commitStart = options.broken.has('uncommitted-start')
      ? (done: (result: CommitResult) => void) => done({ kind: 'acknowledged' })
      : (done: (result: CommitResult) => void) =>
          commitOwn([{ type: 'job.started', payload }], done);
    commitStart((result) => {
      if (result.kind !== 'acknowledged') {
        free(printer);
        return;
      }
      const current = book.jobs.get(job.id);
      if (term === undefined || current === undefined || !live()) {
        free(printer);
        return;
      }
      judge.acted({ node, term }, `starts ${job.id}`);
      const start = { jobId: job.id, marked: current.marked, inStep: options.inStep() };
      judge.started({ node, term }, start);
      const attempt: Attempt = { job, sinceMs: timeline.nowMs, written: 0 };
      busy.set(printer.id, attempt);
      const socket = kernel.connect(printer, localPort, {
        term,
        jobId: job.id,
        attempt: current.attempts,
      });
      send(printer, attempt, socket);
    });
  };

  const send = (printer: Printer, attempt: Attempt, socket: PrinterSocket) => {
    if (socket.drained) {
      complete(printer, attempt);
      return;
    }
    const blocked = !socket.connected && timeline.nowMs > attempt.sinceMs + tryPortMs;
    const known = options.broken.has('own-ports') ? [] : book.lingeringPorts(printer.id);
    if (blocked && options.reaches() && known.length > 1) {
      giveUp(printer, attempt, socket);
      return;
    }
    if (socket.broken) {
      free(printer);
      return;
    }
    const waits = !socket.connected && timeline.nowMs > attempt.sinceMs + servedWithinMs;
    if (waits && cleanly && options.reaches()) {
      judge.report(0, `${printer.id} does not serve ${node}: a dead session occupies it`);
    }
    if (live()) {
      const units = Math.min(chunkUnits, socket.roomUnits, attempt.job.units - attempt.written);
      if (units > 0) {
        socket.write(units);
        attempt.written += units;
      }
      if (attempt.written === attempt.job.units) socket.finish();
    }
    later(turnMs, () => send(printer, attempt, socket));
  };

  /** Nothing was sent from this port: the next one may be the one that the device waits for. */
  const giveUp = (printer: Printer, { job }: Attempt, socket: PrinterSocket) => {
    socket.abandon();
    busy.set(printer.id, 'committing');
    const known = book.known(job.id);
    if (known === undefined) return;
    commitOwn([interruptedBy({ ...known, sizeBytes: 0 }, marks)], () => free(printer));
  };

  const complete = (printer: Printer, { job }: Attempt) => {
    busy.set(printer.id, 'committing');
    const { at } = marks;
    commitOwn(
      [
        {
          type: 'job.ended',
          payload: {
            jobId: job.id,
            state: 'completed',
            outcome: 'sent',
            reasons: ['job-completed-successfully'],
            message: '',
            at,
          },
        },
      ],
      (result) => {
        if (result.kind === 'acknowledged' && term !== undefined) {
          judge.acted({ node, term }, `completes ${job.id}`);
          judge.completed({ node, term }, job.id);
        }
        free(printer);
      },
    );
  };

  const commitOwn = (changes: readonly Change[], done: (result: CommitResult) => void) => {
    const of = term;
    commit(changes, (result) => {
      if (owns && term === of) done(result);
    });
  };

  const begin = (newTerm: Term, clean: boolean) => {
    end();
    term = newTerm;
    cleanly = clean;
    owns = true;
    for (const job of book.jobs.values()) {
      if (job.state === 'completed') continue;
      if (!clean) held.add(job.id);
    }
    for (const printer of printers) {
      if (clean && !book.printerIds.has(printer.id) && book.printerIds.size > 0) {
        judge.report(7, `${printer.id} is missing after a takeover`);
      }
      later(turnMs, () => next(printer));
    }
  };

  const end = () => {
    owns = false;
    draining = false;
    uploads = 0;
    held.clear();
    busy.clear();
  };

  const accept = (
    id: string,
    printerId: string,
    units: number,
    done: (accepted: boolean) => void,
  ) => {
    if (!owns || draining || !live() || term === undefined) {
      done(false);
      return;
    }
    uploads += 1;
    const of = term;
    commit(jobChanges(id, printerId, units), (result) => {
      if (owns && term === of) {
        uploads -= 1;
        if (draining) checkDrained();
      }
      done(result.kind === 'acknowledged');
    });
  };

  return {
    get book() {
      return book;
    },
    held,
    appended(records) {
      for (const { change } of records) book.apply(change);
    },
    reread() {
      book = createJobBook(options.log);
    },
    takeOver: begin,
    releaseHeld() {
      held.clear();
    },
    drain() {
      draining = true;
      checkDrained();
    },
    standBy: end,
    accept,
    planTail: (records) =>
      planHandOver({
        records: options.broken.has('no-handed-completions')
          ? records.filter(({ change }) => change.type !== 'job.ended')
          : records,
        handedThrough: (of) => book.handedThrough(of),
        job: (id) => book.known(id),
        policyOf: () => 'restart',
        marks,
      }).changes,
  };
}

function jobChanges(id: string, printerId: string, units: number): readonly Change[] {
  const { at } = marks;
  const origin = { door: 'ipp', userName: 'client', address: '', authenticated: false } as const;
  const created: Change = {
    type: 'job.created',
    payload: {
      id,
      printerId,
      name: id,
      origin,
      priority: 50,
      copies: 1,
      hold: false,
      incoming: false,
      attributes: { units },
      at,
    },
  };
  return [created];
}
