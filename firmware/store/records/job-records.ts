// Records of jobs: the payloads; what each does to a job is decided by firmware/jobs/transitions.ts.
import { z } from 'zod';
import {
  attributesSchema,
  documentSchema,
  idSchema,
  momentSchema,
  originSchema,
  reasonsSchema,
} from './payloads.ts';
import { recordRow } from './row.ts';

export const jobRecords = [
  recordRow({
    type: 'job.created',
    payload: z.object({
      id: idSchema,
      printerId: idSchema,
      name: z.string(),
      origin: originSchema,
      priority: z.int().min(1).max(100),
      copies: z.int().min(1),
      hold: z.boolean(),
      /** True where documents follow, in this unit or later; a job without is closed at once. */
      incoming: z.boolean(),
      attributes: attributesSchema,
      at: momentSchema,
    }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.document-added',
    payload: z.object({
      jobId: idSchema,
      document: documentSchema,
      /** The job's last document: it is closed, and may print. */
      last: z.boolean(),
      at: momentSchema,
    }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.closed',
    payload: z.object({ jobId: idSchema, at: momentSchema }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.started',
    payload: z.object({
      jobId: idSchema,
      portName: z.string(),
      /** Where the connection leaves the box, so that a survivor can reset a dead session. */
      localPort: z.int().min(0).max(65_535).exactOptional(),
      at: momentSchema,
    }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.interrupted',
    payload: z.object({
      jobId: idSchema,
      /** An upper bound of what the device may have taken; 0: certainly nothing. */
      deliveredBytes: z.int().min(0),
      decision: z.enum(['restart', 'hold']),
      reasons: reasonsSchema,
      message: z.string(),
      at: momentSchema,
    }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.released',
    payload: z.object({ jobId: idSchema, at: momentSchema }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.ended',
    payload: z.object({
      jobId: idSchema,
      state: z.enum(['completed', 'aborted', 'canceled']),
      outcome: z.enum(['printed', 'sent']).exactOptional(),
      reasons: reasonsSchema,
      message: z.string(),
      at: momentSchema,
    }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'job.removed',
    payload: z.object({ jobId: idSchema, at: momentSchema }),
    apply: () => undefined,
  }),
] as const;
