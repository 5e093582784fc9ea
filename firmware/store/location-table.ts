// Where a job's documents are on this node, as rows: what is loaded, what is written.
import type { SqlRow } from '../../hal/contract.ts';
import type { DocumentLocation } from './contract.ts';
import { integerOf, type Statements, textOf } from './statements.ts';

export interface LocationsRow {
  readonly jobId: string;
  /** By document number. */
  readonly locations: ReadonlyMap<number, DocumentLocation>;
  /** Numbers that the table has. */
  readonly stored: ReadonlySet<number>;
}

/** Of a row of before frames were marked, and of a document's own file. */
const unknownFrame = -1;

export function loadLocations(statements: Statements, jobId: string): LocationsRow | undefined {
  const rows = statements.all('SELECT * FROM locations WHERE job_id = ? ORDER BY number', jobId);
  if (rows.length === 0) return undefined;
  const locations = new Map(rows.map((row) => [integerOf(row, 'number'), locationFromRow(row)]));
  return { jobId, locations, stored: new Set(locations.keys()) };
}

/** A place stays as it is until it goes: only new ones are written. */
export function writeLocations(statements: Statements, row: LocationsRow): LocationsRow {
  const { jobId, locations, stored } = row;
  if (locations.size === 0) {
    if (stored.size > 0) statements.run('DELETE FROM locations WHERE job_id = ?', jobId);
    return { jobId, locations, stored: new Set() };
  }
  for (const [number, location] of locations) {
    if (!stored.has(number)) insert(statements, jobId, number, location);
  }
  return { jobId, locations, stored: new Set(locations.keys()) };
}

function insert(
  statements: Statements,
  jobId: string,
  number: number,
  location: DocumentLocation,
): void {
  statements.run(
    `INSERT INTO locations (job_id, number, kind, name, offset_bytes, size_bytes, frame_bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    jobId,
    number,
    location.kind,
    location.name,
    location.kind === 'segment' ? location.offsetBytes : 0,
    location.sizeBytes,
    location.kind === 'segment' ? (location.frameBytes ?? unknownFrame) : unknownFrame,
  );
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
