// Paging: what a list takes and answers with.
import { z } from 'zod';
import { apiLimits } from '../../limits/api-limits.ts';

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(apiLimits.pageItemsMost).default(apiLimits.pageItems),
  /** `next` of the page before. */
  after: z.string().max(256).optional(),
};

/** `next` is there where the list may go on. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item).readonly(), next: z.string().optional() });
}
