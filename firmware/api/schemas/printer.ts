// The shapes of printers, and what may be set of one.
import { z } from 'zod';
import { printingLimits } from '../../limits/printing-limits.ts';
import { moment } from './job.ts';

const text = z.string().max(1_023);

export const printerAddresses = z.object({
  ipp: z.string().optional(),
  ipps: z.string().optional(),
  rawPort: z.int().optional(),
});

export const printerStatus = z.object({
  state: z.enum(['idle', 'processing', 'stopped']),
  reasons: z.array(z.string()).readonly(),
  message: z.string(),
  queuedJobCount: z.int(),
  /** A job has begun, and its device takes nothing now. */
  waiting: z.boolean().optional(),
});

const most = Number.MAX_SAFE_INTEGER;
const bound = z.int().min(0).max(most);

/** Kept as long as it is within every bound; without one, for ever. */
export const retention = z.strictObject({
  seconds: bound.exactOptional(),
  jobs: bound.exactOptional(),
  bytes: bound.exactOptional(),
});

export const quotas = z.strictObject({
  jobBytes: bound.exactOptional(),
  jobs: bound.exactOptional(),
  jobsPerUser: bound.exactOptional(),
  spoolBytes: bound.exactOptional(),
});

/** Who may print; what is left out lets everyone. */
export const access = z.strictObject({
  networks: z
    .array(z.string().max(64))
    .max(printingLimits.accessEntries)
    .readonly()
    .exactOptional(),
  users: z.array(z.string().max(255)).max(printingLimits.accessEntries).readonly().exactOptional(),
  logIn: z.boolean().exactOptional(),
  /** Who sees whose a job is and what it is called, beside those who look after the printer. */
  jobsShownTo: z.enum(['owner', 'all']).exactOptional(),
});

const { rawIdleLeastSeconds, rawIdleMostSeconds } = printingLimits;

/** The printer's raw port (9100 and up). */
export const raw = z.strictObject({
  /** `pass-through`: byte by byte to the device, whose words go back to the client. */
  mode: z.enum(['spooled', 'pass-through']).exactOptional(),
  /** The longest pause inside a document. */
  idleSeconds: z.int().min(rawIdleLeastSeconds).max(rawIdleMostSeconds).exactOptional(),
});

const printerBase = z.object({
  description: text,
  location: text,
  portNames: z.array(z.string().min(1).max(255)).max(printingLimits.portsPerPrinter).readonly(),
  accepting: z.boolean(),
  enabled: z.boolean(),
  holdNewJobs: z.boolean(),
  note: text,
  defaults: z.record(z.string().max(255), z.unknown()),
  quotas,
  access,
  raw,
  documentRetention: retention,
  historyRetention: retention,
  interrupted: z.enum(['restart', 'hold']),
  startPrinting: z.enum(['spooled', 'at-once']),
  formats: z.array(z.string().min(1).max(255)).max(64).readonly(),
});

export const printer = printerBase.extend({
  id: z.string(),
  spooler: z.string(),
  name: z.string(),
  createdAt: moment,
  changedAt: moment,
  status: printerStatus,
  addresses: printerAddresses,
  /** Left out where the device says nothing of them. */
  supplies: z
    .array(
      z.object({
        name: z.string(),
        kind: z.enum(['consumed', 'filled']),
        /** What is left, or how full a receptacle is; left out where the device does not know. */
        percent: z.int().optional(),
      }),
    )
    .readonly()
    .optional(),
});

const { shape } = printerBase;

/** What may be left out is left out, never set to undefined. */
export const printerSettings = z.strictObject({
  description: shape.description.exactOptional(),
  location: shape.location.exactOptional(),
  portNames: shape.portNames.exactOptional(),
  accepting: shape.accepting.exactOptional(),
  enabled: shape.enabled.exactOptional(),
  holdNewJobs: shape.holdNewJobs.exactOptional(),
  note: shape.note.exactOptional(),
  defaults: shape.defaults.exactOptional(),
  quotas: shape.quotas.exactOptional(),
  access: shape.access.exactOptional(),
  raw: shape.raw.exactOptional(),
  documentRetention: shape.documentRetention.exactOptional(),
  historyRetention: shape.historyRetention.exactOptional(),
  interrupted: shape.interrupted.exactOptional(),
  startPrinting: shape.startPrinting.exactOptional(),
  formats: shape.formats.exactOptional(),
});

export const newPrinter = printerSettings.extend({
  name: z.string().min(1).max(printingLimits.nameOctets),
  /** The local spooler, unless a group is named. */
  spooler: z.string().optional(),
});
