// Where documents' bytes are on this node, as rows: a codec for the table locations.
import type { SqlRow } from '../../hal/contract.ts';
import type { DocumentLocation } from './contract.ts';
import { integerOf, type Sql, textOf } from './sql.ts';

/** Of a row of before frames were marked, and of a document's own file. */
const unknownFrame = -1;

export function putLocation(
  sql: Sql,
  jobId: string,
  number: number,
  location: DocumentLocation,
): void {
  sql.run(
    `INSERT INTO locations (job_id, number, kind, name, offset_bytes, size_bytes, frame_bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job_id, number) DO NOTHING`,
    jobId,
    number,
    location.kind,
    location.name,
    location.kind === 'segment' ? location.offsetBytes : 0,
    location.sizeBytes,
    location.kind === 'segment' ? (location.frameBytes ?? unknownFrame) : unknownFrame,
  );
}

export function findLocation(
  sql: Sql,
  jobId: string,
  number: number,
): DocumentLocation | undefined {
  const row = sql.get('SELECT * FROM locations WHERE job_id = ? AND number = ?', jobId, number);
  return row === undefined ? undefined : locationFromRow(row);
}

/** Forgets where a job's documents are, and says where they were. */
export function takeLocations(sql: Sql, jobId: string): readonly DocumentLocation[] {
  const locations = sql
    .all('SELECT * FROM locations WHERE job_id = ? ORDER BY number', jobId)
    .map(locationFromRow);
  if (locations.length > 0) sql.run('DELETE FROM locations WHERE job_id = ?', jobId);
  return locations;
}

export function isReferenced(sql: Sql, name: string): boolean {
  return sql.get('SELECT 1 AS found FROM locations WHERE name = ? LIMIT 1', name) !== undefined;
}

function locationFromRow(row: SqlRow): DocumentLocation {
  const name = textOf(row, 'name');
  const sizeBytes = integerOf(row, 'size_bytes');
  if (textOf(row, 'kind') === 'file') return { kind: 'file', name, sizeBytes };
  const frameBytes = integerOf(row, 'frame_bytes');
  return {
    kind: 'segment',
    name,
    offsetBytes: integerOf(row, 'offset_bytes'),
    sizeBytes,
    ...(frameBytes === unknownFrame ? {} : { frameBytes }),
  };
}
