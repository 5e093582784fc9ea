// A shelf of named things in the registry of the node's own spooler: one key each, with values.
import { RefusedError } from '../errors/codes.ts';
import type { Store, Term } from '../store/contract.ts';
import type { StoredValue } from '../store/records/payloads.ts';
import type { Change } from '../store/records/table.ts';

export interface ShelfOptions {
  readonly store: Pick<Store, 'commit' | 'query'>;
  readonly spooler: string;
  readonly term: () => Term;
}

export interface Shelf {
  names(): Promise<readonly string[]>;
  /** Undefined: there is no such thing. */
  read(name: string): Promise<ReadonlyMap<string, StoredValue> | undefined>;
  /** Makes what is missing; values that are not given stay. */
  write(name: string, values: Readonly<Record<string, StoredValue>>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Functions reject with a RefusedError where the store refuses, and as Store.commit does. */
export function createShelf(options: ShelfOptions, root: string): Shelf {
  const { store, spooler } = options;
  const pathOf = (name: string): readonly string[] => [root, name];
  const commit = async (changes: readonly Change[]): Promise<void> => {
    const outcome = await store.commit({ spooler, term: options.term(), changes });
    if (outcome.kind === 'refused') throw new RefusedError(outcome);
  };
  return {
    names: () => store.query('registry.sub-keys', { spooler, path: [root] }),
    async read(name) {
      const path = pathOf(name);
      if (!(await store.query('registry.has-key', { spooler, path }))) return undefined;
      const values = await store.query('registry.values', { spooler, path });
      return new Map(values.map((each) => [each.name, each.value]));
    },
    async write(name, values) {
      const path = pathOf(name);
      await commit([
        { type: 'registry.key-created', payload: { path } },
        {
          type: 'registry.values-set',
          payload: {
            path,
            values: Object.entries(values).map(([key, value]) => ({ name: key, value })),
          },
        },
      ]);
    },
    remove: (name) => commit([{ type: 'registry.key-deleted', payload: { path: pathOf(name) } }]),
  };
}

export function textIn(values: ReadonlyMap<string, StoredValue>, name: string): string | undefined {
  const value = values.get(name);
  return value?.type === 'string' ? value.data : undefined;
}

export function textsIn(values: ReadonlyMap<string, StoredValue>, name: string): readonly string[] {
  const value = values.get(name);
  return value?.type === 'multi-string' ? value.data : [];
}
