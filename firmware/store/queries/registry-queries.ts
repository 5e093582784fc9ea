// Queries of the registry: keys and values under a path, compared without case.
import type { StoredValue } from '../records/payloads.ts';
import { queryRow } from './row.ts';

export interface RegistryAt {
  readonly spooler: string;
  readonly path: readonly string[];
}

export const registryQueries = {
  /** The path as it was written, or undefined where there is no such key. */
  'registry.key': queryRow((_sql, _input: RegistryAt): readonly string[] | undefined => undefined),
  'registry.sub-keys': queryRow((_sql, _input: RegistryAt): readonly string[] => []),
  'registry.values': queryRow(
    (
      _sql,
      _input: RegistryAt,
    ): readonly { readonly name: string; readonly value: StoredValue }[] => [],
  ),
  'registry.value': queryRow(
    (_sql, _input: RegistryAt & { readonly name: string }): StoredValue | undefined => undefined,
  ),
} as const;
