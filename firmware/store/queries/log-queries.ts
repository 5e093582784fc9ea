// Queries of a group's log: its shape, what its machine remembers, connections that may linger.
import type { LogHistory } from '../contract.ts';
import { lingeringPorts } from '../lingering-rows.ts';
import type { Change } from '../records/table.ts';
import { changesOf, decodeSnapshot } from '../snapshot-body.ts';
import { findSnapshotBody, readHistory } from '../snapshots.ts';
import { textOf } from '../statements.ts';
import { queryRow } from './row.ts';

export const logQueries = {
  'log.history': queryRow(
    (sql, input: { readonly spooler: string }): LogHistory => readHistory(sql, input.spooler),
  ),

  /** The body of a snapshot that this node holds. */
  'log.snapshot-body': queryRow(
    (sql, input: { readonly spooler: string; readonly seq: number }): string | undefined =>
      findSnapshotBody(sql, input.spooler, input.seq),
  ),

  /** What names what comes with a snapshot; asked here, since decoding one takes its time. */
  'log.snapshot-changes': queryRow((_sql, input: { readonly body: string }): readonly Change[] =>
    changesOf(decodeSnapshot(input.body)),
  ),

  /** What ReplicaStore.remember was told last; undefined: nothing ever. */
  'log.memory': queryRow((sql, input: { readonly spooler: string }): string | undefined => {
    const row = sql.get('SELECT body FROM memories WHERE spooler = ?', input.spooler);
    return row === undefined ? undefined : textOf(row, 'body');
  }),

  /** Local ports by port name, the newest first. */
  'log.lingering-ports': queryRow((sql, input: { readonly spooler: string }) =>
    lingeringPorts(sql, input.spooler),
  ),
} as const;
