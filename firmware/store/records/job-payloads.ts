// The payloads of job records, by type; what each does to a job is decided by
// firmware/jobs/transitions.ts.
import { z } from 'zod';
import {
  attributesSchema,
  documentSchema,
  holdSchema,
  idSchema,
  momentSchema,
  originSchema,
  reasonsSchema,
} from './payloads.ts';

export const jobPayloads = {
  'job.created': z.object({
    id: idSchema,
    printerId: idSchema,
    name: z.string(),
    origin: originSchema,
    priority: z.int().min(1).max(100),
    copies: z.int().min(1),
    hold: z.boolean(),
    /** Left out by a held job of before there were times: until someone releases it. */
    holdUntil: holdSchema.exactOptional(),
    /** Its printer held new jobs. */
    heldOnCreate: z.boolean().exactOptional(),
    reprintOf: idSchema.exactOptional(),
    /** Accepted by a former owner of the group: no quota refuses it any more. */
    handedOver: z.boolean().exactOptional(),
    /** True where documents follow, in this unit or later; false makes a job without any. */
    incoming: z.boolean(),
    attributes: attributesSchema,
    at: momentSchema,
  }),
  'job.document-added': z.object({
    jobId: idSchema,
    document: documentSchema,
    /** The job's last document: it is closed, and may print. */
    last: z.boolean(),
    handedOver: z.boolean().exactOptional(),
    at: momentSchema,
  }),
  'job.closed': z.object({ jobId: idSchema, at: momentSchema }),
  'job.started': z.object({
    jobId: idSchema,
    portName: z.string(),
    /** Where the connection leaves the box, so that a survivor can reset a dead session. */
    localPort: z.int().min(0).max(65_535).exactOptional(),
    /** Its document still arrives. */
    arriving: z.literal(true).exactOptional(),
    at: momentSchema,
  }),
  'job.interrupted': z.object({
    jobId: idSchema,
    /** An upper bound of what the device may have taken; 0: certainly nothing. */
    deliveredBytes: z.int().min(0),
    decision: z.enum(['restart', 'hold']),
    reasons: reasonsSchema,
    message: z.string(),
    at: momentSchema,
  }),
  'job.released': z.object({ jobId: idSchema, at: momentSchema }),
  'job.held': z.object({
    jobId: idSchema,
    hold: holdSchema,
    /** When a hold by time ends; left out while that is not known. */
    untilMs: z.int().exactOptional(),
    at: momentSchema,
  }),
  'job.moved': z.object({ jobId: idSchema, printerId: idSchema, at: momentSchema }),
  'job.changed': z.object({
    jobId: idSchema,
    name: z.string().exactOptional(),
    priority: z.int().min(1).max(100).exactOptional(),
    copies: z.int().min(1).exactOptional(),
    /** All of them as they are from now on. */
    attributes: attributesSchema.exactOptional(),
    at: momentSchema,
  }),
  'job.ended': z.object({
    jobId: idSchema,
    state: z.enum(['completed', 'aborted', 'canceled']),
    outcome: z.enum(['printed', 'sent']).exactOptional(),
    pages: z.int().min(0).exactOptional(),
    reasons: reasonsSchema,
    message: z.string(),
    at: momentSchema,
  }),
  /** The documents of an ended job that was retained go. */
  'job.documents-dropped': z.object({ jobId: idSchema, at: momentSchema }),
  'job.removed': z.object({ jobId: idSchema, at: momentSchema }),
} as const;

export type JobRecordType = keyof typeof jobPayloads;

export type JobPayload<Type extends JobRecordType> = z.output<(typeof jobPayloads)[Type]>;

/** Records that are no step of the state machine. */
type Outside = 'job.created' | 'job.removed';

/** The other node's attempt, which did not end in order: its session may occupy the device. */
export const portLeftOpen = z.object({
  portName: z.string(),
  localPort: z.int().min(0).max(65_535),
});

export type PortLeftOpen = z.output<typeof portLeftOpen>;

/** What changes a job that exists. */
export type JobChange = {
  [Type in Exclude<JobRecordType, Outside>]: {
    readonly type: Type;
    readonly payload: JobPayload<Type>;
  };
}[Exclude<JobRecordType, Outside>];
