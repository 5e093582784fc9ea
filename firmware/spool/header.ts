// What stands beside each document in the spool: all that is needed to print it when there is no
// database.
import { z } from 'zod';
import {
  attributesSchema,
  documentSchema,
  holdSchema,
  idSchema,
  momentSchema,
  originSchema,
} from '../store/records/payloads.ts';

/**
 * The document and the job as it was when the document came; `kind` leaves room for other entries.
 */
export const spoolHeaderSchema = z.object({
  kind: z.literal('document'),
  spooler: z.string(),
  printer: z.object({ id: idSchema, name: z.string() }),
  job: z.object({
    id: idSchema,
    /** IPP's job-id, where it had been given before the document came. */
    number: z.int().exactOptional(),
    name: z.string(),
    origin: originSchema,
    priority: z.int(),
    copies: z.int(),
    hold: z.boolean(),
    holdUntil: holdSchema.exactOptional(),
    attributes: attributesSchema,
  }),
  document: documentSchema,
  last: z.boolean(),
  at: momentSchema,
});

export type SpoolHeader = z.output<typeof spoolHeaderSchema>;

/** The header as far as it is known before the document's bytes were seen. */
export type SpoolHeaderDraft = Omit<SpoolHeader, 'kind' | 'document'> & {
  readonly document: Omit<SpoolHeader['document'], 'sizeBytes' | 'digest'>;
};

export function completedHeader(
  draft: SpoolHeaderDraft,
  sizeBytes: number,
  digest: string,
): SpoolHeader {
  return { ...draft, kind: 'document', document: { ...draft.document, sizeBytes, digest } };
}
