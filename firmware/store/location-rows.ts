// Where documents' bytes are on this node.
import type { DocumentLocation } from './contract.ts';
import type { LocationsRow } from './location-table.ts';
import type { Sql } from './sql.ts';

/** A place that is known already stays. */
export function putLocation(
  sql: Sql,
  jobId: string,
  number: number,
  location: DocumentLocation,
): void {
  const { locations, stored } = sql.held.locations.find(jobId) ?? noLocations(jobId);
  if (locations.has(number)) return;
  const more = new Map([...locations, [number, location]]);
  sql.held.locations.put(jobId, { jobId, locations: more, stored });
}

export function findLocation(
  sql: Sql,
  jobId: string,
  number: number,
): DocumentLocation | undefined {
  return sql.held.locations.find(jobId)?.locations.get(number);
}

/** Forgets where a job's documents are, and says where they were. */
export function takeLocations(sql: Sql, jobId: string): readonly DocumentLocation[] {
  const row = sql.held.locations.find(jobId) ?? noLocations(jobId);
  if (row.locations.size > 0) sql.held.locations.put(jobId, { ...row, locations: new Map() });
  return [...row.locations.values()];
}

export function isReferenced(sql: Sql, name: string): boolean {
  return sql.get('SELECT 1 AS found FROM locations WHERE name = ? LIMIT 1', name) !== undefined;
}

function noLocations(jobId: string): LocationsRow {
  return { jobId, locations: new Map(), stored: new Set() };
}
