// The shape of an entry of the audit trail.
import { z } from 'zod';
import { moment } from './job.ts';

export const auditEntry = z.object({
  id: z.int(),
  at: moment,
  who: z.string(),
  address: z.string(),
  what: z.string(),
  /** `done`, or an error code. */
  outcome: z.string(),
  asked: z.unknown().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
