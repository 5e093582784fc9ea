// Documents that records name and this node lacks: fetched from the peer before the records are
// stored.
import type { Clock } from '../../../hal/contract.ts';
import { abortable } from '../../../hal/time.ts';
import type { JobDocument } from '../../jobs/job.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { SpoolHeaderDraft } from '../../spool/header.ts';
import type { ReceivedDocument } from '../../spool/receive.ts';
import type { Spool } from '../../spool/spool.ts';
import type { DocumentToStore } from '../../store/contract.ts';
import type { QueryInput, QueryOutput } from '../../store/queries/table.ts';
import type { JobPayload } from '../../store/records/job-payloads.ts';
import type { Change } from '../../store/records/table.ts';
import { digestOf, type SnapshotPayload } from '../../store/snapshots.ts';
import type { ReceivedContent } from '../../queue-files/contents.ts';
import { createKeptDocuments } from './ahead.ts';
import type { OfferedDocument, PeerDocuments } from './contract.ts';
import { fetchContent, type GroupFiles } from './fetch-files.ts';
import { workInOrder } from './in-order.ts';
import { createPatience, type Patience } from './patience.ts';

export interface DocumentFetcher {
  /**
   * One entry for each job.document-added among the changes. `keep` once they are committed,
   * `discard` otherwise. Rejects where the peer or the disk fails; then nothing is left behind.
   * `partly`: what came before a failure counts, so that a slow path gets on piece by piece.
   * `again`: the same changes are asked for again soon, and what came is kept until then.
   */
  documentsOf(
    changes: readonly Change[],
    options?: { readonly partly?: boolean; readonly again?: boolean },
  ): Promise<FetchedDocuments>;
  /** The body of a snapshot of the peer's log. Rejects where it can't be had, or is another one. */
  snapshotBody(seq: number, payload: SnapshotPayload): Promise<string>;
  /**
   * Fetches a document whose record follows, and keeps it for a while. Rejects where it can't be
   * had, or other bytes came.
   */
  takeAhead(offered: OfferedDocument, signal: AbortSignal): Promise<void>;
  /** What is being fetched breaks off: the peer may be gone, and a takeover waits for nothing. */
  breakOff(): void;
}

export interface FetchedDocuments {
  readonly documents: readonly DocumentToStore[];
  /** How many of the changes have what they name; fewer than asked for only where `partly`. */
  readonly count: number;
  keep(): void;
  discard(): Promise<void>;
}

export interface FetcherOptions {
  readonly spooler: string;
  readonly store: {
    query(
      name: 'documents.locate',
      input: QueryInput<'documents.locate'>,
    ): Promise<QueryOutput<'documents.locate'>>;
  };
  readonly spool: Pick<Spool, 'receive'>;
  readonly peer: Pick<PeerDocuments, 'fetch' | 'snapshot'>;
  readonly files?: GroupFiles | undefined;
  readonly clock: Clock;
}

/** What one of the changes needs, once it is here. */
interface Piece {
  readonly added?: JobPayload<'job.document-added'>;
  readonly document?: DocumentToStore;
  readonly received?: ReceivedDocument;
  readonly file?: ReceivedContent;
}

export function createDocumentFetcher(options: FetcherOptions): DocumentFetcher {
  const { spooler, store, clock } = options;
  const stallMs = () => clusterLimits.documentStallMs;
  const kept = createKeptDocuments(clock);
  let life = new AbortController();

  const here = async ({ jobId, document }: JobPayload<'job.document-added'>) => {
    const place = await store.query('documents.locate', { jobId, number: document.number });
    return place?.sizeBytes === document.sizeBytes;
  };

  /** Undefined: no bytes come with it. */
  const fetch = async (
    added: JobPayload<'job.document-added'>,
    created: JobPayload<'job.created'> | undefined,
    patience: Patience,
  ): Promise<ReceivedDocument | undefined> => {
    if (await here(added)) return undefined;
    const ahead = kept.take(added);
    if (ahead !== undefined) return ahead;
    const { jobId, document } = added;
    const { signal } = patience;
    const asked = options.peer.fetch({ spooler, jobId, document }, signal);
    const stream = await abortable(asked, signal);
    patience.heard();
    if (stream === 'gone') return undefined;
    const received = await options.spool.receive(patience.watched(stream), {
      header: headerOf(spooler, added, created),
      sizeBytes: document.sizeBytes,
      signal,
    });
    if (received.kind === 'refused') throw new Error(received.message);
    if (sameBytes(received.document, document)) return received;
    await received.discard();
    throw new Error(`document ${document.number} of job ${jobId} came with other bytes`);
  };

  const pieceOf = async (
    change: Change,
    created: ReadonlyMap<string, JobPayload<'job.created'>>,
    patience: Patience,
  ): Promise<Piece> => {
    if (change.type === 'printer.file-put' && options.files !== undefined) {
      const file = await fetchContent(options.files, spooler, change.payload.file, patience);
      return file === undefined ? {} : { file };
    }
    if (change.type !== 'job.document-added') return {};
    const { jobId, document } = change.payload;
    const received = await fetch(change.payload, created.get(jobId), patience);
    const source = received?.source ?? ({ kind: 'none' } as const);
    const stored = { jobId, number: document.number, source };
    const added = change.payload;
    return received === undefined ? { document: stored } : { added, document: stored, received };
  };

  /** As if they had come ahead of their records; contents of files are found where they are. */
  const keepAhead = async (pieces: readonly Piece[], alive: AbortSignal): Promise<void> => {
    if (alive.aborted) return await discardAll(pieces);
    for (const { file, added, received } of pieces) {
      file?.release();
      if (added !== undefined && received !== undefined) kept.put(added, received);
    }
  };

  return {
    async documentsOf(changes, { partly = false, again = false } = {}) {
      const { signal: alive } = life;
      using patience = createPatience(clock, alive, stallMs);
      const created = new Map(
        changes.flatMap(({ type, payload }) =>
          type === 'job.created' ? [[payload.id, payload] as const] : [],
        ),
      );
      const { done, surplus, failure } = await workInOrder(
        changes,
        clusterLimits.documentsAtOnce,
        (change) => pieceOf(change, created, patience),
      );
      if (failure !== undefined && again) await keepAhead([...done, ...surplus], alive);
      else await discardAll(surplus);
      if (failure !== undefined && (!partly || done.length === 0)) {
        if (!again) await discardAll(done);
        throw failure.error;
      }
      return {
        documents: done.flatMap(({ document }) => document ?? []),
        count: done.length,
        keep() {
          for (const { file, received } of done) {
            file?.release();
            received?.keep();
          }
        },
        discard: () => discardAll(done),
      };
    },
    async snapshotBody(seq, payload) {
      // It may be long, and is asked for as a whole: the first of it takes its time.
      const waitMs = () => clusterLimits.dataAcknowledgementMs;
      using patience = createPatience(clock, life.signal, waitMs);
      const { signal } = patience;
      const stream = await abortable(options.peer.snapshot({ spooler, seq }, signal), signal);
      if (stream === 'gone') throw new Error('another snapshot is in its place by now');
      const body = await textOf(patience.watched(stream));
      if (digestOf(body) === payload.digest) return body;
      throw new Error(`the snapshot at ${seq} came with another body`);
    },
    async takeAhead({ added, created }, signal) {
      const either = AbortSignal.any([life.signal, signal]);
      using patience = createPatience(clock, either, stallMs);
      const received = await fetch(added, created, patience);
      if (received === undefined) return;
      if (either.aborted) return await received.discard();
      kept.put(added, received);
    },
    breakOff() {
      kept.clear();
      life.abort();
      life = new AbortController();
    },
  };
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > clusterLimits.snapshotBytes) throw new Error('the snapshot is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function discardAll(pieces: readonly Piece[]): Promise<void> {
  for (const { file, received } of pieces) {
    file?.release();
    await received?.discard();
  }
}

function sameBytes(a: JobDocument, b: Pick<JobDocument, 'sizeBytes' | 'digest'>): boolean {
  return a.sizeBytes === b.sizeBytes && a.digest === b.digest;
}

/** Without the job's record in this batch its name is all that a header needs to have. */
function headerOf(
  spooler: string,
  { jobId, document, last, at }: JobPayload<'job.document-added'>,
  created: JobPayload<'job.created'> | undefined,
): SpoolHeaderDraft {
  const { number, name, format } = document;
  return {
    spooler,
    printer: { id: created?.printerId ?? 'unknown', name: '' },
    job: {
      id: jobId,
      name: created?.name ?? '',
      origin: created?.origin ?? noOrigin,
      priority: created?.priority ?? 50,
      copies: created?.copies ?? 1,
      hold: created?.hold ?? true,
      attributes: created?.attributes ?? {},
    },
    document: { number, name, format },
    last,
    at,
  };
}

const noOrigin = { door: 'api', userName: '', address: '', authenticated: false } as const;
