// The shapes of jobs.
import { z } from 'zod';
import { holdPeriods, jobReasons, jobStates } from '../../jobs/job.ts';

export const moment = z.object({ ms: z.number(), trusted: z.boolean() });

export const jobState = z.enum(jobStates);

/** Until when a job waits: for a person, for a time of the day or week, until a moment. */
export const jobHold = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('indefinite') }),
  z.strictObject({ kind: z.literal('period'), period: z.enum(holdPeriods) }),
  z.strictObject({ kind: z.literal('time'), ms: z.int().min(0) }),
]);

/** What shows: besides, a group's job whose fate the other appliance knows. */
const shownHold = z.discriminatedUnion('kind', [
  ...jobHold.options,
  z.strictObject({ kind: z.literal('peer') }),
]);

const attributes = z.record(z.string().max(255), z.unknown());

export const jobChanges = z.strictObject({
  name: z.string().min(1).max(255).exactOptional(),
  priority: z.int().min(1).max(100).exactOptional(),
  copies: z.int().min(1).max(9_999).exactOptional(),
  attributes: attributes.exactOptional(),
});

/** `printer`: its UUID, name or group/name; the same one where it is left out. */
export const reprintRequest = z.strictObject({
  printer: z.string().max(512).exactOptional(),
  name: z.string().min(1).max(255).exactOptional(),
  priority: z.int().min(1).max(100).exactOptional(),
  copies: z.int().min(1).max(9_999).exactOptional(),
  hold: jobHold.exactOptional(),
});

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
  hold: shownHold.optional(),
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
  /** While it prints: what its port has taken, over documents and copies. */
  sentBytes: z.number().optional(),
  outcome: z.enum(['printed', 'sent']).optional(),
  pages: z.int().optional(),
  retained: z.boolean(),
  reprintOf: z.string().optional(),
  createdAt: moment,
  processingAt: moment.optional(),
  endedAt: moment.optional(),
  attributes: z.record(z.string(), z.unknown()),
});
