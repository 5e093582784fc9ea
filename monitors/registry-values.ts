// A settings object as values of a registry key: a table of rows says which setting is which value.
import type { z } from 'zod';
import type { MonitorRegistry, RegistryKey, RegistryValue } from './contract.ts';
import { describeIssues } from './schema-issues.ts';

/** One setting: its key in the settings object, and the registry value that holds it. */
export interface SettingRow<Key extends string> {
  readonly key: Key;
  readonly valueName: string;
  /** `boolean` is a dword of 0 or 1. */
  readonly type: 'string' | 'dword' | 'boolean';
}

export type SettingsRead<Settings> =
  | { readonly kind: 'read'; readonly settings: Settings }
  /** The key holds something that is not (or no longer) valid; `message` says where. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Reads the rows' values and checks them; a missing value is left to the schema's default. */
export async function readSettings<Settings>(
  registry: MonitorRegistry,
  key: RegistryKey,
  rows: readonly SettingRow<string>[],
  schema: z.ZodType<Settings>,
): Promise<SettingsRead<Settings>> {
  const values = new Map(
    (await registry.enumValue(key)).map(({ name, value }) => [name.toLowerCase(), value] as const),
  );
  const found = rows.flatMap((row) => {
    const value = values.get(row.valueName.toLowerCase());
    return value === undefined ? [] : [[row.key, plainValue(row, value)] as const];
  });
  const parsed = schema.safeParse(Object.fromEntries(found));
  if (parsed.success) return { kind: 'read', settings: parsed.data };
  return { kind: 'invalid', message: `${key.path.join('\\')}: ${describeIssues(parsed.error)}` };
}

/** Writes all rows as one change. */
export function writeSettings<Key extends string>(
  registry: MonitorRegistry,
  key: RegistryKey,
  rows: readonly SettingRow<Key>[],
  settings: Readonly<Record<Key, string | number | boolean>>,
): Promise<void> {
  const values = rows.map((row) => [row.valueName, registryValue(settings[row.key])] as const);
  return registry.setValues(key, new Map(values));
}

function plainValue(row: SettingRow<string>, value: RegistryValue): unknown {
  // A boolean that is neither 0 nor 1 stays a number, and the schema refuses it.
  if (row.type === 'boolean' && value.type === 'dword' && value.data <= 1) return value.data === 1;
  return value.data;
}

function registryValue(setting: string | number | boolean): RegistryValue {
  if (typeof setting === 'string') return { type: 'string', data: setting };
  return { type: 'dword', data: Number(setting) };
}
