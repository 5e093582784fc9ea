// Which printer was given which hrDeviceIndex, in the registry of its spooler: a record as any
// other, so that a group's indices are on both nodes of a pair.
import { snmpLimits } from '../limits/snmp-limits.ts';
import type { QueryInput, QueryOutput } from '../store/queries/table.ts';
import type { Store, Term } from '../store/contract.ts';

export interface SnmpIndicesOptions {
  readonly store: Pick<Store, 'commit' | 'logEnds'> & {
    query(
      name: 'registry.values',
      input: QueryInput<'registry.values'>,
    ): Promise<QueryOutput<'registry.values'>>;
  };
  /** The spooler whose printers have small indices; all others are groups. */
  readonly localSpooler: string;
  /** The term under which this node may change a spooler now; undefined: it may not. */
  readonly termOf: (spooler: string) => Term | undefined;
}

export interface SnmpIndices {
  /**
   * The indices of these printers of one spooler; the new ones are given and stored. A printer is
   * left out where nothing can be given: the store refuses, or no index is left. An index stays
   * given when its printer goes, until there is no other.
   */
  of(spooler: string, printerIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

const path = ['Snmp', 'Indices'] as const;

export function createSnmpIndices(options: SnmpIndicesOptions): SnmpIndices {
  const { store, localSpooler } = options;
  const known = new Map<string, ReadonlyMap<string, number>>();

  const read = async (spooler: string): Promise<ReadonlyMap<string, number>> => {
    const values = await store.query('registry.values', { spooler, path });
    return new Map(
      values.flatMap(({ name, value }) =>
        value.type === 'dword' ? [[name, value.data] as const] : [],
      ),
    );
  };

  /** All groups of the store, whoever owns them: an index means one printer on both nodes. */
  const readTaken = async (spooler: string): Promise<ReadonlySet<number>> => {
    if (spooler === localSpooler) return new Set((await read(spooler)).values());
    const ends = await store.logEnds();
    const groups = ends.map((end) => end.spooler).filter((name) => name !== localSpooler);
    const taken = await Promise.all([...new Set([...groups, spooler])].map(read));
    return new Set(taken.flatMap((indices) => [...indices.values()]));
  };

  const give = async (
    spooler: string,
    printerIds: readonly string[],
    wanted: readonly string[],
  ): Promise<ReadonlyMap<string, number>> => {
    const term = options.termOf(spooler);
    const given = new Map(await read(spooler));
    if (term === undefined) return given;
    const taken = new Set(await readTaken(spooler));
    const isLocal = spooler === localSpooler;
    const values = wanted
      .filter((printerId) => !given.has(printerId))
      .flatMap((printerId) => {
        const index = isLocal
          ? (freeLocal(taken) ?? abandoned(given, printerIds))
          : freeOfGroup(spooler, taken);
        if (index === undefined) return [];
        taken.add(index);
        given.set(printerId, index);
        return [{ name: printerId, value: { type: 'dword' as const, data: index } }];
      });
    if (values.length === 0) return given;
    const outcome = await store.commit({
      spooler,
      term,
      changes: [
        { type: 'registry.key-created', payload: { path } },
        { type: 'registry.values-set', payload: { path, values } },
      ],
    });
    return outcome.kind === 'committed' ? given : read(spooler);
  };

  return {
    async of(spooler, printerIds) {
      const before = known.get(spooler) ?? new Map<string, number>();
      const missing = printerIds.filter((printerId) => !before.has(printerId));
      const indices = missing.length === 0 ? before : await give(spooler, printerIds, missing);
      known.set(spooler, indices);
      return new Map(
        printerIds.flatMap((printerId) => {
          const index = indices.get(printerId);
          return index === undefined ? [] : [[printerId, index] as const];
        }),
      );
    },
  };
}

/** The one after the highest, so that none comes again; then whatever is free. */
function freeLocal(taken: ReadonlySet<number>): number | undefined {
  const { first, last } = snmpLimits.localIndices;
  const highest = Math.max(first - 1, ...taken);
  if (highest < last) return highest + 1;
  for (let index = first; index <= last; index += 1) if (!taken.has(index)) return index;
  return undefined;
}

/** One that was given to a printer that is gone. */
function abandoned(given: Map<string, number>, printerIds: readonly string[]): number | undefined {
  for (const [printerId, index] of given) {
    if (printerIds.includes(printerId)) continue;
    given.delete(printerId);
    return index;
  }
  return undefined;
}

/**
 * Groups begin at different places, so that two nodes that give indices at the same moment, each in
 * a group of its own, do not give the same.
 */
function freeOfGroup(group: string, taken: ReadonlySet<number>): number {
  const { first, blocks, blockSize } = snmpLimits.groupIndices;
  let hash = 0;
  for (const letter of group) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % blocks;
  let index = first + hash * blockSize;
  while (taken.has(index)) index += 1;
  return index;
}
