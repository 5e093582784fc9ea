// Queries of documents: where their bytes are on this node, and what of the spool is still needed.
import type { DocumentLocation } from '../contract.ts';
import { findLocation, isReferenced } from '../location-rows.ts';
import { queryRow } from './row.ts';

export const documentQueries = {
  /** Undefined once the job has ended: its documents are gone, or about to go. */
  'documents.locate': queryRow(
    (
      sql,
      input: { readonly jobId: string; readonly number: number },
    ): DocumentLocation | undefined => findLocation(sql, input.jobId, input.number),
  ),

  /** Which of these names of document and segment files hold something that is still needed. */
  'documents.referenced': queryRow(
    (sql, input: { readonly names: readonly string[] }): readonly string[] =>
      input.names.filter((name) => isReferenced(sql, name)),
  ),
} as const;
