// What a takeover and a rejoining peer's tail mean for jobs: rules R6 and J2 as changes of the log,
// and nothing else.
import type { JobReason, Moment } from '../jobs/job.ts';
import type { LogRecord, Term } from '../store/contract.ts';
import type { JobPayload, PortLeftOpen } from '../store/records/job-payloads.ts';
import { type Change, isKnownChange } from '../store/records/table.ts';
import { compareTerms, formatTerm } from './term.ts';

/** What the rules need to know of a job, from the tables of this node. */
export interface KnownJob {
  readonly id: string;
  /** `peer`: held until both are in step again (R6). */
  readonly state: 'waiting' | 'held' | 'peer' | 'printing' | 'ended';
  /** It was interrupted after bytes may have been delivered. */
  readonly interrupted: boolean;
  /** The printer's policy. */
  readonly policy: 'restart' | 'hold';
  /** The most bytes that a device may have taken of it. */
  readonly sizeBytes: number;
  /** Documents may still come. */
  readonly incoming: boolean;
  readonly documentCount: number;
}

export interface Marks {
  readonly at: Moment;
  readonly message: string;
}

/**
 * R6, clean: a job that printed where the owner died starts from its first byte, by the printer's
 * policy, once, and marked; a second interruption holds it.
 */
export function interruptedBy(
  job: KnownJob,
  { at, message }: Marks,
): Extract<Change, { type: 'job.interrupted' }> {
  const harmless = job.sizeBytes === 0;
  const again = harmless || (job.policy === 'restart' && !job.interrupted);
  const reasons: readonly JobReason[] = ['job-interrupted-by-device-failure'];
  return {
    type: 'job.interrupted',
    payload: {
      jobId: job.id,
      deliveredBytes: job.sizeBytes,
      decision: again ? 'restart' : 'hold',
      reasons,
      message,
      at,
    },
  };
}

/**
 * R6, not clean: the peer may have printed any job that this node knows as unfinished; each waits
 * for what it says. One that its owner's death, or a second one, would hold anyway stays held.
 */
export function heldForPeer(job: KnownJob, marks: Marks): readonly Change[] {
  const hold: Change = {
    type: 'job.held',
    payload: { jobId: job.id, hold: { kind: 'peer' }, at: marks.at },
  };
  if (job.state === 'waiting') return [hold];
  if (job.state !== 'printing') return [];
  const broken = interruptedBy(job, marks);
  if (broken.payload.decision === 'hold') return [broken];
  // Held in one unit with its interruption, so that no port can take it in between.
  return [{ ...broken, payload: { ...broken.payload, decision: 'hold' } }, hold];
}

const replacedText = 'The appliance that was replaced may have printed it.';

/**
 * R6, with a box in the place of the peer: nobody will say what that one printed, so what would
 * wait for its word waits for a person, and is marked. `clean`: only what waits for it already.
 */
export function heldForPerson(job: KnownJob, { at }: Marks, clean: boolean): readonly Change[] {
  const { id: jobId, state, incoming, sizeBytes } = job;
  if (state === 'held' || state === 'ended' || (clean && state !== 'peer')) return [];
  const released: Change = { type: 'job.released', payload: { jobId, at } };
  const freed = state === 'peer' ? [released] : [];
  if (incoming && state !== 'printing') return freed;
  const started: Change = { type: 'job.started', payload: { jobId, portName: '', at } };
  const marked: Change = {
    type: 'job.interrupted',
    payload: {
      jobId,
      deliveredBytes: Math.max(1, sizeBytes),
      decision: 'hold',
      reasons: ['job-interrupted-by-device-failure'],
      message: replacedText,
      at,
    },
  };
  return state === 'printing' ? [marked] : [...freed, started, marked];
}

export interface HandOver {
  /** What the owner commits, in one unit with the mark. */
  readonly changes: readonly Change[];
  /** Changes of printers and registry that were made on the other side: for the administrator. */
  readonly listed: readonly LogRecord[];
}

export interface HandOverOptions {
  readonly records: readonly LogRecord[];
  /** What was taken in before, of records of this term. */
  readonly handedThrough: (term: Term) => number;
  readonly job: (id: string) => KnownJob | undefined;
  /** The printer's, for jobs that this node did not know. */
  readonly policyOf: (printerId: string) => KnownJob['policy'];
  readonly marks: Marks;
}

/**
 * Registry path that says through which record of which term a tail was taken in; kept for ever.
 */
export const handedPath = ['Cluster', 'Handed'] as const;

/**
 * J2: accepted jobs are appended, a completion keeps a job from ever being printed, what was
 * started there counts as interrupted, and each record counts once. What this makes of a job waits
 * until both are in step: a later record of the tail may say that it was printed.
 */
export function planHandOver(options: HandOverOptions): HandOver {
  const fresh = options.records.filter(({ term, seq }) => seq > options.handedThrough(term));
  const taking = new Taking(options);
  const listed = fresh.filter(({ change }) => isListed(change));
  for (const { change } of fresh) taking.take(change);
  return { changes: [...taking.finished(), ...marksOf(fresh)], listed };
}

function isListed(change: Change): boolean {
  // Of a newer release: nobody here can say what it means for a job.
  if (!isKnownChange(change)) return true;
  if (change.type.startsWith('printer.')) return true;
  return change.type.startsWith('registry.') && !isMark(change);
}

function isMark(change: Change): boolean {
  return (
    (change.type === 'registry.values-set' || change.type === 'registry.key-created') &&
    handedPath.every((name, index) => change.payload.path[index] === name)
  );
}

/** Records of jobs that name a job that exists. */
type JobChange = Exclude<Extract<Change, { type: `job.${string}` }>, { type: 'job.created' }>;

function isOfJob(change: Change): change is JobChange {
  return change.type.startsWith('job.') && change.type !== 'job.created';
}

/** A job as the tail's records so far leave it; `replayed`: an attempt of the other side. */
type Draft = Omit<KnownJob, 'state'> & { readonly state: KnownJob['state'] | 'replayed' };

/** One batch of a tail, record by record. */
class Taking {
  readonly #options: HandOverOptions;
  readonly #drafts = new Map<string, Draft>();
  readonly #changes: Change[] = [];
  /** Attempts of jobs that are done or print here: only their connections matter. */
  readonly #leftOpen = new Map<string, PortLeftOpen>();

  constructor(options: HandOverOptions) {
    this.#options = options;
  }

  take(change: Change): void {
    if (change.type === 'job.created') this.#create(change.payload);
    else if (change.type === 'port.left-open') this.#changes.push(change);
    else if (isOfJob(change)) this.#change(change);
  }

  /** An attempt whose end the batch does not have counts as interrupted. */
  finished(): readonly Change[] {
    for (const draft of this.#drafts.values()) {
      if (draft.state === 'replayed') this.#break(draft);
    }
    for (const payload of this.#leftOpen.values()) {
      this.#changes.push({ type: 'port.left-open', payload });
    }
    return this.#changes;
  }

  #create(payload: JobPayload<'job.created'>): void {
    const { id } = payload;
    if (this.#draft(id) !== undefined) return;
    const held = payload.hold
      ? payload
      : { ...payload, hold: true, holdUntil: { kind: 'peer' } as const };
    this.#changes.push({ type: 'job.created', payload: { ...held, handedOver: true } });
    this.#drafts.set(id, {
      id,
      state: payload.hold ? 'held' : 'peer',
      interrupted: false,
      policy: this.#options.policyOf(payload.printerId),
      sizeBytes: 0,
      incoming: payload.incoming,
      documentCount: 0,
    });
  }

  #change(change: JobChange): void {
    const draft = this.#draft(change.payload.jobId);
    if (draft === undefined) return;
    this.#watchConnection(draft, change);
    if (draft.state === 'ended') {
      if (change.type === 'job.removed') this.#changes.push(change);
      return;
    }
    switch (change.type) {
      case 'job.document-added':
        return this.#addDocument(draft, change);
      case 'job.closed':
        if (draft.incoming) this.#push(draft, { incoming: false }, change);
        return;
      case 'job.started':
        if (draft.state === 'printing' || draft.incoming) return;
        return this.#start(draft, change);
      case 'job.interrupted':
        if (draft.state !== 'replayed') return;
        return this.#interrupt(draft, change);
      case 'job.ended':
        return this.#end(draft, change);
      case 'job.held':
        if (draft.state === 'printing' || draft.state === 'replayed') return;
        return this.#push(draft, { state: 'held' }, change);
      case 'job.released':
        if (draft.state !== 'held') return;
        return this.#push(draft, { state: 'peer' }, change, this.#hold(draft));
      case 'job.moved':
        if (draft.state === 'printing' || draft.state === 'replayed' || draft.incoming) return;
        return this.#push(draft, {}, change);
      case 'job.changed':
        if (draft.state === 'printing' || draft.state === 'replayed') return;
        return this.#push(draft, {}, change);
      case 'job.documents-dropped':
      case 'job.removed':
    }
  }

  #addDocument(draft: Draft, change: Extract<Change, { type: 'job.document-added' }>): void {
    const { document, last } = change.payload;
    if (!draft.incoming || document.number !== draft.documentCount + 1) return;
    this.#push(
      draft,
      {
        incoming: !last,
        documentCount: document.number,
        sizeBytes: draft.sizeBytes + document.sizeBytes,
      },
      { type: 'job.document-added', payload: { ...change.payload, handedOver: true } },
    );
  }

  #watchConnection({ id, state }: Draft, change: JobChange): void {
    if (change.type === 'job.ended' && change.payload.state === 'completed') {
      this.#leftOpen.delete(id);
    }
    if (change.type !== 'job.started' || (state !== 'ended' && state !== 'printing')) return;
    const { portName, localPort } = change.payload;
    if (localPort !== undefined) this.#leftOpen.set(id, { portName, localPort });
  }

  /** The port that it came from is kept: that connection may still occupy the device. */
  #start(draft: Draft, change: Extract<Change, { type: 'job.started' }>): void {
    const { jobId, at } = change.payload;
    if (draft.state === 'replayed') this.#break(draft);
    const now = this.#draft(jobId) ?? draft;
    const released: readonly Change[] =
      now.state === 'waiting' ? [] : [{ type: 'job.released', payload: { jobId, at } }];
    this.#push(now, { state: 'replayed' }, ...released, change);
  }

  #interrupt(draft: Draft, change: Extract<Change, { type: 'job.interrupted' }>): void {
    const { decision, deliveredBytes } = change.payload;
    const interrupted = draft.interrupted || deliveredBytes > 0;
    if (decision === 'hold') return this.#push(draft, { state: 'held', interrupted }, change);
    this.#push(draft, { state: 'peer', interrupted }, change, this.#hold(draft));
  }

  /** Completed there: it never prints (again) here. One that prints here just now is marked. */
  #end(draft: Draft, change: Extract<Change, { type: 'job.ended' }>): void {
    const { jobId, state, at } = change.payload;
    if (state !== 'completed' || draft.state === 'replayed') {
      return this.#push(draft, { state: 'ended' }, change);
    }
    if (draft.incoming) this.#changes.push({ type: 'job.closed', payload: { jobId, at } });
    const start: Change = { type: 'job.started', payload: { jobId, portName: '', at } };
    if (draft.state === 'printing') {
      const message = 'It was printed by the other appliance as well.';
      const doubled = interruptedBy(
        { ...draft, state: 'printing', policy: 'restart', interrupted: false },
        { ...this.#options.marks, message },
      );
      return this.#push(draft, { state: 'ended' }, doubled, start, change);
    }
    const released: readonly Change[] =
      draft.state === 'waiting' ? [] : [{ type: 'job.released', payload: { jobId, at } }];
    this.#push(draft, { state: 'ended' }, ...released, start, change);
  }

  /** An attempt that did not end, as far as is known. */
  #break(draft: Draft): void {
    const { marks } = this.#options;
    const changes = heldForPeer({ ...draft, state: 'printing' }, marks);
    const state = changes.length > 1 ? 'peer' : 'held';
    this.#push(draft, { state, interrupted: draft.interrupted || draft.sizeBytes > 0 }, ...changes);
  }

  #hold({ id }: Draft): Change {
    const { at } = this.#options.marks;
    return { type: 'job.held', payload: { jobId: id, hold: { kind: 'peer' }, at } };
  }

  #push(draft: Draft, change: Partial<Draft>, ...changes: readonly Change[]): void {
    this.#drafts.set(draft.id, { ...draft, ...change });
    this.#changes.push(...changes);
  }

  #draft(id: string): Draft | undefined {
    return this.#drafts.get(id) ?? this.#options.job(id);
  }
}

function marksOf(records: readonly LogRecord[]): readonly Change[] {
  const through = new Map<string, LogRecord>();
  for (const record of records) {
    const name = formatTerm(record.term);
    const known = through.get(name);
    if (known === undefined || known.seq < record.seq) through.set(name, record);
  }
  const last = [...through.values()].sort((a, b) => compareTerms(a.term, b.term));
  if (last.length === 0) return [];
  const values = last.map((record) => ({
    name: formatTerm(record.term),
    value: { type: 'dword', data: record.seq } as const,
  }));
  const path = [...handedPath];
  return [
    { type: 'registry.key-created', payload: { path } },
    { type: 'registry.values-set', payload: { path, values } },
  ];
}
