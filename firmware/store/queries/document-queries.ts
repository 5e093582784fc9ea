// Queries of documents: where their bytes are on this node, and what of the spool is still needed.
import type { DocumentLocation } from '../contract.ts';
import { queryRow } from './row.ts';

export const documentQueries = {
  'documents.locate': queryRow(
    (
      _sql,
      _input: { readonly jobId: string; readonly number: number },
    ): DocumentLocation | undefined => undefined,
  ),
  /** Which of these names of document files a record still needs. */
  'documents.referenced-files': queryRow(
    (_sql, _input: { readonly names: readonly string[] }): readonly string[] => [],
  ),
  /** Names of the segment files that hold a document that is still needed. */
  'documents.referenced-segments': queryRow(
    (_sql, _input: Record<never, never>): readonly string[] => [],
  ),
} as const;
