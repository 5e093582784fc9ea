// The names by which a spooler and its printers are announced, in the registry of the spooler: what
// was given once stays.
import type { KeptName } from '../discovery/contract.ts';
import { RefusedError } from '../errors/codes.ts';
import type { Store, Term } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';

export interface KeptNamesOptions {
  readonly store: Pick<Store, 'commit' | 'query'>;
  readonly spooler: string;
  readonly term: () => Term;
}

/** Functions reject with a RefusedError where the store refuses, and as Store.commit does. */
export interface KeptNames {
  /** By the key of what has the name: `node`, `node/PRINTER`. */
  read(): Promise<ReadonlyMap<string, KeptName>>;
  keep(key: string, kept: KeptName): Promise<void>;
  /** What had the name is gone for good. */
  forget(key: string): Promise<void>;
}

const path = ['Servers', 'Discovery'] as const;

export function createKeptNames(options: KeptNamesOptions): KeptNames {
  const { store, spooler } = options;
  const commit = async (changes: readonly Change[]): Promise<void> => {
    const outcome = await store.commit({ spooler, term: options.term(), changes });
    if (outcome.kind === 'refused') throw new RefusedError(outcome);
  };
  const read = async () => {
    const values = await store.query('registry.values', { spooler, path });
    return new Map(
      values.flatMap(({ name: key, value }) => {
        if (value.type !== 'multi-string') return [];
        const [wanted, name] = value.data;
        return wanted === undefined || name === undefined ? [] : [[key, { wanted, name }] as const];
      }),
    );
  };
  return {
    read,
    keep: (key, { wanted, name }) =>
      commit([
        { type: 'registry.key-created', payload: { path } },
        {
          type: 'registry.values-set',
          payload: {
            path,
            values: [{ name: key, value: { type: 'multi-string', data: [wanted, name] } }],
          },
        },
      ]),
    async forget(key) {
      if (!(await read()).has(key)) return;
      await commit([{ type: 'registry.value-deleted', payload: { path, name: key } }]);
    },
  };
}
