// The schemas that payloads of records are made of: moments, origins, documents, printers, registry
// values.
import { z } from 'zod';
import { jobReasons } from '../../jobs/job.ts';

export const momentSchema = z.object({ ms: z.number(), trusted: z.boolean() });

export const idSchema = z.string().min(1).max(100);

export const reasonsSchema = z.array(z.enum(jobReasons)).readonly();

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

export const printerSchema = z.object({
  id: idSchema,
  spooler: z.string(),
  name: z.string().min(1),
  ...settingMembers,
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
