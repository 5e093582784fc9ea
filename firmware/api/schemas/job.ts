// The shapes of jobs.
import { z } from 'zod';
import { jobReasons } from '../../jobs/job.ts';

export const moment = z.object({ ms: z.number(), trusted: z.boolean() });

export const jobState = z.enum([
  'pending',
  'pending-held',
  'processing',
  'processing-stopped',
  'canceled',
  'aborted',
  'completed',
]);

export const job = z.object({
  id: z.string(),
  spooler: z.string(),
  number: z.int(),
  printerId: z.string(),
  name: z.string(),
  origin: z.object({
    door: z.enum(['ipp', 'raw', 'lpd', 'api']),
    userName: z.string(),
    address: z.string(),
    authenticated: z.boolean(),
  }),
  state: jobState,
  reasons: z.array(z.enum(jobReasons)).readonly(),
  message: z.string(),
  priority: z.int(),
  copies: z.int(),
  incoming: z.boolean(),
  documents: z
    .array(
      z.object({
        number: z.int(),
        name: z.string(),
        format: z.string(),
        sizeBytes: z.number(),
        digest: z.string(),
      }),
    )
    .readonly(),
  attempts: z.int(),
  possiblyPrintedTwice: z.boolean(),
  outcome: z.enum(['printed', 'sent']).optional(),
  createdAt: moment,
  processingAt: moment.optional(),
  endedAt: moment.optional(),
  attributes: z.record(z.string(), z.unknown()),
});
