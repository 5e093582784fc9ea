// The shape of problem details, as every refused request answers with (RFC 9457).
import { z } from 'zod';

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** A code of firmware/errors. */
  code: z.string(),
  /** What to do about it. */
  next: z.string(),
  instance: z.string(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .readonly()
    .optional(),
});
