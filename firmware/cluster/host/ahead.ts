// Documents go ahead of their records: the standby fetches a large one before its record is
// committed, so that no other commit waits behind it, and a pair in step stays so.
import type { Clock, Timer } from '../../../hal/contract.ts';
import { abortable } from '../../../hal/time.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { DocumentReader } from '../../spool/document-reader.ts';
import type { Spool } from '../../spool/spool.ts';
import type { ReceivedDocument } from '../../spool/receive.ts';
import type { CommitUnit, DocumentLocation } from '../../store/contract.ts';
import type { JobPayload } from '../../store/records/job-payloads.ts';
import type { OfferedDocument, PeerDocuments } from './contract.ts';
import { createPatience } from './patience.ts';

/** On the owner. */
export interface DocumentOffers {
  /**
   * Undefined: the unit brings nothing that is worth it, or the standby is not in step. Resolves
   * once the standby has it, or where that fails or stands still: the record brings it then, and
   * the commit waits for it as for any other. Never rejects.
   */
  bring(unit: CommitUnit, signal: AbortSignal): Promise<void> | undefined;
  /** One that is offered just now: no record says where it is. */
  open(jobId: string, number: number): Promise<DocumentReader> | undefined;
  /** Nobody waits any more: the standby is away. */
  breakOff(): void;
}

export interface DocumentOffersOptions {
  readonly peer: Pick<PeerDocuments, 'offer'>;
  readonly spool: Pick<Spool, 'open'>;
  readonly clock: Clock;
  readonly inStep: () => boolean;
  readonly leastBytes: number;
}

interface Offer {
  readonly offered: OfferedDocument;
  readonly location: DocumentLocation;
}

export function createDocumentOffers(options: DocumentOffersOptions): DocumentOffers {
  const { peer, spool, clock, inStep, leastBytes } = options;
  const open = new Map<string, { readonly location: DocumentLocation; heard(): void }>();
  let life = new AbortController();

  const bringOne = async ({ offered, location }: Offer, parent: AbortSignal): Promise<void> => {
    const { jobId, document } = offered.added;
    const key = placeOf(jobId, document.number);
    const either = AbortSignal.any([life.signal, parent]);
    // After a cable was out the way to the peer may stand still: its first read tells that it does
    // not. After its last one it syncs its disk.
    let { documentStallMs: stallMs }: { documentStallMs: number } = clusterLimits;
    using patience = createPatience(clock, either, () => stallMs);
    const heard = () => {
      stallMs = clusterLimits.dataAcknowledgementMs;
      patience.heard();
    };
    open.set(key, { location, heard });
    try {
      const { signal } = patience;
      await abortable(peer.offer(offered, signal), signal);
    } catch {
      // The peer is away, older than offers, or has no room: it asks for what the record needs.
    } finally {
      open.delete(key);
    }
  };

  return {
    bring(unit, signal) {
      const offers = offersOf(unit).filter(({ location }) => location.sizeBytes >= leastBytes);
      if (offers.length === 0 || !inStep()) return undefined;
      return Promise.all(offers.map((offer) => bringOne(offer, signal))).then(() => undefined);
    },
    open(jobId, number) {
      const found = open.get(placeOf(jobId, number));
      if (found === undefined) return undefined;
      return spool.open(found.location).then((reader) => ({
        ...reader,
        read(positionBytes, maxBytes) {
          found.heard();
          return reader.read(positionBytes, maxBytes);
        },
      }));
    },
    breakOff() {
      life.abort();
      life = new AbortController();
    },
  };
}

/** Those that the store keeps itself come with their records soon enough. */
function offersOf({ spooler, changes, documents = [] }: CommitUnit): readonly Offer[] {
  return documents.flatMap(({ jobId, number, source }) => {
    if (source.kind !== 'file') return [];
    const added = changes.find(
      (change) =>
        change.type === 'job.document-added' &&
        change.payload.jobId === jobId &&
        change.payload.document.number === number,
    );
    if (added?.type !== 'job.document-added') return [];
    const created = changes.find(
      (change) => change.type === 'job.created' && change.payload.id === jobId,
    );
    const { name } = source;
    const { sizeBytes } = added.payload.document;
    return [
      {
        offered: {
          spooler,
          added: added.payload,
          ...(created?.type === 'job.created' ? { created: created.payload } : {}),
        },
        location: { kind: 'file', name, sizeBytes },
      },
    ];
  });
}

function placeOf(jobId: string, number: number): string {
  return `${jobId}/${number}`;
}

/** On the standby: what came ahead, until its record comes or its time is over. */
export interface KeptDocuments {
  put(added: JobPayload<'job.document-added'>, received: ReceivedDocument): void;
  /** Of the same bytes; whoever takes it keeps or discards it. */
  take(added: JobPayload<'job.document-added'>): ReceivedDocument | undefined;
  clear(): void;
}

export function createKeptDocuments(clock: Clock): KeptDocuments {
  const kept = new Map<string, { readonly received: ReceivedDocument; readonly timer: Timer }>();
  const keyOf = ({ jobId, document }: JobPayload<'job.document-added'>) =>
    `${placeOf(jobId, document.number)} ${document.digest}`;
  const remove = (key: string): ReceivedDocument | undefined => {
    const found = kept.get(key);
    kept.delete(key);
    found?.timer.cancel();
    return found?.received;
  };
  const drop = (key: string) => void remove(key)?.discard();
  return {
    put(added, received) {
      const key = keyOf(added);
      drop(key);
      const timer = clock.startTimer(clusterLimits.aheadKeptMs, () => drop(key));
      kept.set(key, { received, timer });
    },
    take: (added) => remove(keyOf(added)),
    clear() {
      for (const key of kept.keys()) drop(key);
    },
  };
}
