// Records of the registry: keys and values under a path, compared without case and kept as written.
import { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import { foldName } from '../fold.ts';
import { pathKey, subTreeBounds } from '../registry-rows.ts';
import { registryPathSchema, storedValueSchema } from './payloads.ts';
import { type ApplyContext, recordRow } from './row.ts';

const keyPayload = z.object({ path: registryPathSchema });
const valuesPayload = z.object({
  path: registryPathSchema,
  values: z.array(z.object({ name: z.string(), value: storedValueSchema })).readonly(),
});
const valuePayload = z.object({ path: registryPathSchema, name: z.string() });

export const registryRecords = [
  recordRow({ type: 'registry.key-created', payload: keyPayload, apply: createKey }),
  recordRow({ type: 'registry.key-deleted', payload: keyPayload, apply: deleteKey }),
  recordRow({ type: 'registry.values-set', payload: valuesPayload, apply: setValues }),
  recordRow({ type: 'registry.value-deleted', payload: valuePayload, apply: deleteValue }),
] as const;

/** Makes what is missing of the path; a key that exists keeps its spelling and its values. */
export function createKey(
  { sql, spooler }: ApplyContext,
  { path }: z.output<typeof keyPayload>,
): Refusal | undefined {
  for (const [index, name] of path.entries()) {
    sql.run(
      `INSERT INTO registry_keys (spooler, path_key, parent_key, name) VALUES (?, ?, ?, ?)
       ON CONFLICT (spooler, path_key) DO NOTHING`,
      spooler,
      pathKey(path.slice(0, index + 1)),
      pathKey(path.slice(0, index)),
      name,
    );
  }
  return undefined;
}

export function deleteKey(
  context: ApplyContext,
  { path }: z.output<typeof keyPayload>,
): Refusal | undefined {
  const { sql, spooler } = context;
  if (!keyExists(context, path)) return unknownKey(path);
  const key = pathKey(path);
  const { from, before } = subTreeBounds(key);
  for (const table of ['registry_values', 'registry_keys'] as const) {
    sql.run(`DELETE FROM ${table} WHERE spooler = ? AND path_key = ?`, spooler, key);
    sql.run(
      `DELETE FROM ${table} WHERE spooler = ? AND path_key >= ? AND path_key < ?`,
      spooler,
      from,
      before,
    );
  }
  return undefined;
}

export function setValues(
  context: ApplyContext,
  { path, values }: z.output<typeof valuesPayload>,
): Refusal | undefined {
  if (!keyExists(context, path)) return unknownKey(path);
  for (const { name, value } of values) {
    context.sql.run(
      `INSERT INTO registry_values (spooler, path_key, folded_name, name, body)
       VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (spooler, path_key, folded_name) DO UPDATE SET body = excluded.body`,
      context.spooler,
      pathKey(path),
      foldName(name),
      name,
      JSON.stringify(value),
    );
  }
  return undefined;
}

export function deleteValue(
  { sql, spooler }: ApplyContext,
  { path, name }: z.output<typeof valuePayload>,
): Refusal | undefined {
  const deleted = sql.run(
    'DELETE FROM registry_values WHERE spooler = ? AND path_key = ? AND folded_name = ?',
    spooler,
    pathKey(path),
    foldName(name),
  );
  if (deleted > 0) return undefined;
  return refused('not-found', `registry key ${path.join('\\')} has no value ${name}`);
}

function keyExists({ sql, spooler }: ApplyContext, path: readonly string[]): boolean {
  const row = sql.get(
    'SELECT 1 AS found FROM registry_keys WHERE spooler = ? AND path_key = ?',
    spooler,
    pathKey(path),
  );
  return row !== undefined;
}

function unknownKey(path: readonly string[]): Refusal {
  return refused('not-found', `there is no registry key ${path.join('\\')}`);
}
