// Which printer was given which raw port, in the registry of its spooler.
import { RefusedError } from '../errors/codes.ts';
import type { RawAssignments } from '../servers/raw/raw-ports.ts';
import type { Store, Term } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';

export interface RawAssignmentsOptions {
  readonly store: Pick<Store, 'commit' | 'query'>;
  readonly spooler: string;
  readonly term: () => Term;
}

const path = ['Servers', 'Raw'] as const;

/** Functions reject with a RefusedError where the store refuses, and as Store.commit does. */
export function createRawAssignments(options: RawAssignmentsOptions): RawAssignments {
  const { store, spooler } = options;
  const commit = async (changes: readonly Change[]): Promise<void> => {
    const outcome = await store.commit({ spooler, term: options.term(), changes });
    if (outcome.kind === 'refused') throw new RefusedError(outcome);
  };
  return {
    async read() {
      const values = await store.query('registry.values', { spooler, path });
      return new Map(
        values.flatMap(({ name, value }) =>
          value.type === 'dword' ? [[name, value.data] as const] : [],
        ),
      );
    },
    give: (printerId, port) =>
      commit([
        { type: 'registry.key-created', payload: { path } },
        {
          type: 'registry.values-set',
          payload: { path, values: [{ name: printerId, value: { type: 'dword', data: port } }] },
        },
      ]),
    take: (printerId) =>
      commit([{ type: 'registry.value-deleted', payload: { path, name: printerId } }]),
  };
}
