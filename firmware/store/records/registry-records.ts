// Records of the registry: keys and values under a path, compared without case and kept as written.
import { z } from 'zod';
import { registryPathSchema, storedValueSchema } from './payloads.ts';
import { recordRow } from './row.ts';

export const registryRecords = [
  recordRow({
    type: 'registry.key-created',
    payload: z.object({ path: registryPathSchema }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'registry.key-deleted',
    payload: z.object({ path: registryPathSchema }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'registry.values-set',
    payload: z.object({
      path: registryPathSchema,
      values: z.array(z.object({ name: z.string(), value: storedValueSchema })).readonly(),
    }),
    apply: () => undefined,
  }),
  recordRow({
    type: 'registry.value-deleted',
    payload: z.object({ path: registryPathSchema, name: z.string() }),
    apply: () => undefined,
  }),
] as const;
