// Documents that records name and this node lacks: fetched from the peer before the records are
// stored.
import type { Clock, Timer } from '../../../hal/contract.ts';
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
import type { ReceivedContent } from '../../queue-files/contents.ts';
import type { PeerDocuments } from './contract.ts';
import { fetchContent, type GroupFiles, type PutFile } from './fetch-files.ts';

export interface DocumentFetcher {
  /**
   * One entry for each job.document-added among the changes. `keep` once they are committed,
   * `discard` otherwise. Rejects where the peer or the disk fails; then nothing is left behind.
   * `partly`: what came before a failure counts, so that a slow path gets on piece by piece.
   */
  documentsOf(
    changes: readonly Change[],
    options?: { readonly partly: boolean },
  ): Promise<FetchedDocuments>;
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
  readonly peer: PeerDocuments;
  readonly files?: GroupFiles | undefined;
  readonly clock: Clock;
}

export function createDocumentFetcher(options: FetcherOptions): DocumentFetcher {
  const { spooler, store } = options;
  let life = new AbortController();

  const here = async ({ jobId, document }: JobPayload<'job.document-added'>) => {
    const place = await store.query('documents.locate', { jobId, number: document.number });
    return place?.sizeBytes === document.sizeBytes;
  };

  /** Undefined: no bytes come with it. */
  const fetch = async (
    added: JobPayload<'job.document-added'>,
    created: JobPayload<'job.created'> | undefined,
  ): Promise<ReceivedDocument | undefined> => {
    if (await here(added)) return undefined;
    const { jobId, document } = added;
    using patience = createPatience(options.clock, life.signal);
    const asked = options.peer.fetch({ spooler, jobId, document }, patience.signal);
    const stream = await abortable(asked, patience.signal);
    if (stream === 'gone') return undefined;
    const received = await options.spool.receive(patience.watched(stream), {
      header: headerOf(spooler, added, created),
      sizeBytes: document.sizeBytes,
      signal: patience.signal,
    });
    if (received.kind === 'refused') throw new Error(received.message);
    if (sameBytes(received.document, document)) return received;
    await received.discard();
    throw new Error(`document ${document.number} of job ${jobId} came with other bytes`);
  };

  const fetchFile = async (file: PutFile): Promise<ReceivedContent | undefined> => {
    if (options.files === undefined) return undefined;
    using patience = createPatience(options.clock, life.signal);
    return await fetchContent(options.files, spooler, file, patience);
  };

  return {
    async documentsOf(changes, { partly } = { partly: false }) {
      const kept: ReceivedDocument[] = [];
      const documents: DocumentToStore[] = [];
      const files: ReceivedContent[] = [];
      const release = () => {
        for (const file of files) file.release();
      };
      const discard = async () => {
        release();
        for (const one of kept) await one.discard();
      };
      const created = new Map<string, JobPayload<'job.created'>>();
      let count = 0;
      try {
        for (; count < changes.length; count += 1) {
          const change = changes[count];
          if (change === undefined) break;
          if (change.type === 'job.created') created.set(change.payload.id, change.payload);
          if (change.type === 'printer.file-put') {
            const file = await fetchFile(change.payload.file);
            if (file !== undefined) files.push(file);
          }
          if (change.type !== 'job.document-added') continue;
          const { jobId, document } = change.payload;
          const received = await fetch(change.payload, created.get(jobId));
          if (received !== undefined) kept.push(received);
          const source = received?.source ?? ({ kind: 'none' } as const);
          documents.push({ jobId, number: document.number, source });
        }
      } catch (error) {
        if (!partly || count === 0) {
          await discard();
          throw error;
        }
      }
      return {
        documents,
        count,
        keep() {
          release();
          for (const one of kept) one.keep();
        },
        discard,
      };
    },
    breakOff() {
      life.abort();
      life = new AbortController();
    },
  };
}

interface Patience extends Disposable {
  /** Aborts where nothing came for a while. */
  readonly signal: AbortSignal;
  /** The same chunks, each of which begins the wait anew. */
  watched(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

function createPatience(clock: Clock, parent: AbortSignal): Patience {
  const end = new AbortController();
  let timer: Timer;
  const watch = () => {
    timer = clock.startTimer(clusterLimits.documentStallMs, () => end.abort());
  };
  watch();
  return {
    signal: AbortSignal.any([parent, end.signal]),
    async *watched(stream) {
      for await (const chunk of stream) {
        timer.cancel();
        watch();
        yield chunk;
      }
    },
    [Symbol.dispose]() {
      timer.cancel();
    },
  };
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
