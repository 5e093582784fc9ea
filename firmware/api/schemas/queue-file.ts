// Schemas of printer data, queue-specific files and connections.
import { z } from 'zod';

const moment = z.object({ ms: z.number(), trusted: z.boolean() });

export const queueFile = z.object({
  /** The subkey of CopyFiles. */
  component: z.string(),
  /** Below the print share; parts joined by a backslash. */
  directory: z.string(),
  name: z.string(),
  /** `sha256:` and 64 hexadecimal digits. */
  digest: z.string(),
  sizeBytes: z.number(),
  type: z.string(),
  title: z.string(),
  at: moment,
});

/** REG_SZ, REG_DWORD, REG_BINARY in base64, REG_MULTI_SZ. */
export const dataValue = z.discriminatedUnion('type', [
  z.object({ type: z.literal('string'), data: z.string() }),
  z.object({ type: z.literal('dword'), data: z.int().min(0).max(0xffff_ffff) }),
  z.object({ type: z.literal('binary'), data: z.base64() }),
  z.object({ type: z.literal('multi-string'), data: z.array(z.string()).readonly() }),
]);

export const dataKey = z.object({
  key: z.string(),
  /** Names of the keys right below. */
  keys: z.array(z.string()).readonly(),
  values: z.array(z.object({ name: z.string(), value: dataValue })).readonly(),
  /** GetPrinterData's ChangeID: another one after each change of data and files. */
  changeNumber: z.number(),
});

export const newDataValue = z.object({
  key: z.string().min(1).max(4_096),
  name: z.string().min(1).max(1_024),
  value: dataValue,
});

export const connection = z.object({
  id: z.string(),
  client: z.string(),
  user: z.string(),
  address: z.string(),
  at: moment,
});
