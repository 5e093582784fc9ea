// The standby's part: records of the owner, stored with what they name.
import { startDeadline } from '../../../hal/time.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import type { LogRecord, RecordBatch } from '../../store/contract.ts';
import type { Change } from '../../store/records/table.ts';
import type { SnapshotPayload } from '../../store/snapshots.ts';
import type { ClusterEvent } from '../contract/event.ts';
import type { Position } from '../contract/message.ts';
import type { GroupHostOptions } from './contract.ts';
import type { DocumentFetcher, FetchedDocuments } from './fetch.ts';
import { storePart } from './store-part.ts';
import { type Wishes, wishesIn } from './wishes.ts';

export interface Standby {
  /** What can't be had now is answered with nothing, and sent again by the owner. */
  store(batch: readonly LogRecord[]): Promise<Extract<ClusterEvent, { kind: 'stored' }>>;
}

export interface StandbyOptions
  extends Pick<GroupHostOptions, 'id' | 'store' | 'log' | 'clock' | 'credentials'> {
  readonly fetcher: Pick<DocumentFetcher, 'documentsOf' | 'snapshotBody'>;
  readonly logEnd: () => Promise<Position>;
  /** What this node's log says of the group. */
  readonly wishes: () => Wishes;
  readonly onStored: (changes: readonly Change[]) => void;
}

export function createStandby(options: StandbyOptions): Standby {
  const { id, store, log, fetcher } = options;
  /** Sequence number of the record that this release does not know, as it was told. */
  let blockedAt: number | undefined;

  /** Once for each record: it comes again and again. */
  const tellBlocked = (record: LogRecord): void => {
    if (record.seq === blockedAt) return;
    blockedAt = record.seq;
    log.warn('the other appliance has a newer release: until this one is updated it can’t follow', {
      record: record.change.type,
    });
  };

  const storeAll = async (
    fetched: FetchedDocuments,
    changes: readonly Change[],
    batch: Pick<RecordBatch, 'records' | 'snapshot'>,
  ): Promise<void> => {
    const { documents } = fetched;
    try {
      await takeCredentials(options, { ...options.wishes(), ...wishesIn(changes) });
    } catch (error) {
      await fetched.discard();
      throw error;
    }
    // The machine hands on only what follows the log's end.
    const after = await options.logEnd();
    try {
      await store.storeRecords({ ...batch, spooler: id, after, documents });
    } finally {
      fetched.keep();
    }
    options.onStored(changes);
  };

  /** The log is to begin anew with a snapshot, whose body names all that comes with it. */
  const begin = async (record: LogRecord, payload: SnapshotPayload): Promise<void> => {
    const snapshot = await fetcher.snapshotBody(record.seq, payload);
    const changes = await store.query('log.snapshot-changes', { body: snapshot });
    const fetched = await fetcher.documentsOf(changes, { again: true });
    await storeAll(fetched, changes, { records: [record], snapshot });
  };

  return {
    async store(batch) {
      try {
        // Payloads are checked by the store alone: one that is none must not end the process here.
        const part = storePart(batch, clusterLimits.documentBytesAtOnce);
        const blocked = part.unknown !== undefined;
        if (part.unknown !== undefined) tellBlocked(part.unknown);
        const all = part.records.map(({ change }) => change);
        if (all.length === 0) return { kind: 'stored', records: [], blocked };
        const [first] = part.records;
        if (first?.change.type === 'log.snapshot') {
          await begin(first, first.change.payload);
          return { kind: 'stored', records: [first] };
        }
        const fetched = await fetcher.documentsOf(all, { partly: true });
        const records = part.records.slice(0, fetched.count);
        await storeAll(fetched, all.slice(0, fetched.count), { records });
        return { kind: 'stored', records, blocked: blocked && records.length === all.length };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.info('records of the owner could not be stored', { message });
        return { kind: 'stored', records: [] };
      }
    },
  };
}

/** Before the records that name them: who is in step can show clients the same key. */
export async function takeCredentials(
  { credentials, clock }: Pick<GroupHostOptions, 'credentials' | 'clock'>,
  { certificate }: Wishes,
): Promise<void> {
  if (credentials === undefined || certificate === undefined) return;
  if (certificate === credentials.digest()) return;
  using deadline = startDeadline(clock, clusterLimits.credentialsMs);
  await credentials.take(certificate, deadline.signal);
}
