// The record of a snapshot, with which a log begins in place of the records that it stands for.
import { z } from 'zod';
import {
  decodeSnapshot,
  insertSnapshot,
  isOfSpooler,
  keptJobs,
  madeFromRecords,
} from '../snapshot-body.ts';
import { digestOf, findSnapshotBody } from '../snapshots.ts';
import { textOf } from '../statements.ts';
import { type ApplyContext, ChangeError, recordRow } from './row.ts';

const type = 'log.snapshot';

const payload = z.object({
  /** Of the body: what is above `snapshotFormat` is of a newer release. */
  format: z.int().min(1),
  /** Where each term of the log begins, up to the snapshot. */
  terms: z
    .array(
      z.object({
        term: z.object({
          generation: z.int().min(0),
          counter: z.int().min(0),
          node: z.string(),
        }),
        firstSeq: z.int().min(1),
      }),
    )
    .readonly(),
  /** Of the body, which is no part of the record. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

export const logRecords = [recordRow({ type, payload, apply: restore })] as const;

/** The tables are what the snapshot's body says, and nothing else. */
function restore(context: ApplyContext, { digest }: z.output<typeof payload>): undefined {
  const { sql, spooler, seq } = context;
  const text = findSnapshotBody(sql, spooler, seq);
  if (text === undefined || digestOf(text) !== digest) {
    throw new ChangeError(type, 'its body is another one');
  }
  const body = decodeSnapshot(text);
  if (!isOfSpooler(body, spooler)) throw new ChangeError(type, 'it is of another spooler');
  const kept = keptJobs(body);
  for (const row of sql.all('SELECT id FROM jobs WHERE spooler = ?', spooler)) {
    const id = textOf(row, 'id');
    if (!kept.has(id)) context.dropDocuments(id);
  }
  sql.run('DELETE FROM documents WHERE job_id IN (SELECT id FROM jobs WHERE spooler = ?)', spooler);
  for (const table of madeFromRecords) sql.run(`DELETE FROM ${table} WHERE spooler = ?`, spooler);
  insertSnapshot(sql, spooler, body);
  const log = sql.held.logs.find(spooler);
  if (log === undefined) throw new Error(`spooler ${spooler} has no log yet`);
  sql.held.logs.put(spooler, { ...log, lastJobNumber: body.lastJobNumber });
  return undefined;
}
