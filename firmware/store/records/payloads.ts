// The schemas that payloads of records are made of: moments, origins, documents, printers, registry
// values.
import { z } from 'zod';
import { defaultSettings } from '../../printers/settings.ts';
import { holdPeriods, jobReasons } from '../../jobs/job.ts';

export const momentSchema = z.object({ ms: z.number(), trusted: z.boolean() });

export const idSchema = z.string().min(1).max(100);

export const reasonsSchema = z.array(z.enum(jobReasons)).readonly();

export const holdSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('indefinite') }),
  z.object({ kind: z.literal('period'), period: z.enum(holdPeriods) }),
  z.object({ kind: z.literal('time'), ms: z.int() }),
  z.object({ kind: z.literal('peer') }),
]);

const bound = z.int().min(0);

export const retentionSchema = z.object({
  seconds: bound.exactOptional(),
  jobs: bound.exactOptional(),
  bytes: bound.exactOptional(),
});

export const quotasSchema = z.object({
  jobBytes: bound.exactOptional(),
  jobs: bound.exactOptional(),
  jobsPerUser: bound.exactOptional(),
  spoolBytes: bound.exactOptional(),
});

export const accessSchema = z.object({
  networks: z.array(z.string()).readonly().exactOptional(),
  users: z.array(z.string()).readonly().exactOptional(),
  logIn: z.boolean().exactOptional(),
  jobsShownTo: z.enum(['owner', 'all']).exactOptional(),
});

const rawSchema = z.object({
  mode: z.enum(['spooled', 'pass-through']).exactOptional(),
  idleSeconds: z.int().min(1).exactOptional(),
});

export const originSchema = z.object({
  door: z.enum(['ipp', 'raw', 'lpd', 'api']),
  userName: z.string(),
  address: z.string(),
  authenticated: z.boolean(),
});

export const attributesSchema = z.record(z.string(), z.unknown());

export const documentSchema = z.object({
  number: z.int().min(1),
  name: z.string(),
  format: z.string(),
  sizeBytes: z.int().min(0),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
});

const settingMembers = {
  description: z.string(),
  location: z.string(),
  portNames: z.array(z.string()).readonly(),
  accepting: z.boolean(),
  enabled: z.boolean(),
  interrupted: z.enum(['restart', 'hold']),
  startPrinting: z.enum(['spooled', 'at-once']),
  formats: z.array(z.string()).readonly(),
};

/** Members that came later: records of before have what a printer had then. */
const laterMembers = {
  holdNewJobs: z.boolean(),
  note: z.string(),
  defaults: attributesSchema,
  quotas: quotasSchema,
  access: accessSchema,
  raw: rawSchema,
  documentRetention: retentionSchema,
  historyRetention: retentionSchema,
};

export const printerSchema = z.object({
  id: idSchema,
  spooler: z.string(),
  name: z.string().min(1),
  ...settingMembers,
  holdNewJobs: laterMembers.holdNewJobs.default(defaultSettings.holdNewJobs),
  note: laterMembers.note.default(defaultSettings.note),
  defaults: laterMembers.defaults.default(defaultSettings.defaults),
  quotas: laterMembers.quotas.default(defaultSettings.quotas),
  access: laterMembers.access.default(defaultSettings.access),
  raw: laterMembers.raw.default(defaultSettings.raw),
  documentRetention: laterMembers.documentRetention.default(defaultSettings.documentRetention),
  historyRetention: laterMembers.historyRetention.default(defaultSettings.historyRetention),
  createdAt: momentSchema,
  changedAt: momentSchema,
});

export const printerSettingsSchema = z.object({
  description: settingMembers.description.exactOptional(),
  location: settingMembers.location.exactOptional(),
  portNames: settingMembers.portNames.exactOptional(),
  accepting: settingMembers.accepting.exactOptional(),
  enabled: settingMembers.enabled.exactOptional(),
  interrupted: settingMembers.interrupted.exactOptional(),
  startPrinting: settingMembers.startPrinting.exactOptional(),
  formats: settingMembers.formats.exactOptional(),
  holdNewJobs: laterMembers.holdNewJobs.exactOptional(),
  note: laterMembers.note.exactOptional(),
  defaults: laterMembers.defaults.exactOptional(),
  quotas: laterMembers.quotas.exactOptional(),
  access: laterMembers.access.exactOptional(),
  raw: laterMembers.raw.exactOptional(),
  documentRetention: laterMembers.documentRetention.exactOptional(),
  historyRetention: laterMembers.historyRetention.exactOptional(),
});

/** A key's names from the spooler's root down, as written. */
export const registryPathSchema = z.array(z.string().min(1)).min(1).readonly();

/** RegistryValue of monitors/contract.ts as JSON: REG_BINARY in base64. */
export const storedValueSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('string'), data: z.string() }),
  z.object({ type: z.literal('dword'), data: z.int().min(0).max(0xffff_ffff) }),
  z.object({ type: z.literal('binary'), data: z.base64() }),
  z.object({ type: z.literal('multi-string'), data: z.array(z.string()).readonly() }),
]);

export type StoredValue = z.infer<typeof storedValueSchema>;
