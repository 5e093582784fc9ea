// The groups of the pair as both nodes know them: in the registry of each, handed to the other when
// the two meet and at each change; of two versions of one group the later counts.
import { z } from 'zod';
import { type GroupDefinition, refuseGroup } from '../cluster/group-definition.ts';
import { refused, RefusedError, type Refusal } from '../errors/codes.ts';
import { groupLimits } from '../limits/group-limits.ts';
import type { Log } from '../log/log.ts';
import type { Store, Term } from '../store/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { type GroupBook, type PeerChannel, PeerError } from './contract.ts';
import { definitionSchema } from './group-schema.ts';

export interface GroupBookOptions {
  readonly store: Pick<Store, 'commit' | 'query'>;
  /** Whose registry keeps it: the node's own spooler. */
  readonly spooler: string;
  readonly term: () => Term;
  readonly channel: PeerChannel;
  /** The two that may own a group. */
  readonly nodes: () => readonly string[];
  /** Whether both can be asked for a new group now; waits a little where they just meet. */
  readonly ready: (signal: AbortSignal) => Promise<Refusal | undefined>;
  readonly log: Log;
}

export interface KeptGroupBook extends GroupBook {
  /** A new group: on both nodes, or on none. */
  create(definition: GroupDefinition, signal: AbortSignal): Promise<GroupAnswer>;
  /** By whoever owns the group; the peer learns it now, or when it comes back. */
  change(definition: GroupDefinition, signal: AbortSignal): Promise<GroupAnswer>;
  /**
   * The pair has this peer now: a group that preferred a box which is no node of the pair any more
   * prefers the one in its place.
   */
  replaced(peer: string): Promise<void>;
  remove(id: string, signal: AbortSignal): Promise<{ readonly kind: 'done' } | Refusal>;
  /** Hands everything over and takes what the peer has: after each connection. */
  exchange(signal: AbortSignal): Promise<void>;
}

export type GroupAnswer = { readonly kind: 'done'; readonly group: GroupDefinition } | Refusal;

const service = 'groups';
const path = ['Groups'] as const;
const valueName = 'Definition';

const entrySchema = z.object({
  id: z.uuid(),
  /** Grows with each change. */
  revision: z.int().min(1),
  /** Undefined: it was removed. */
  definition: definitionSchema.optional(),
});
type Entry = z.output<typeof entrySchema>;

const entriesSchema = z.object({
  entries: z.array(z.unknown()).max(groupLimits.groupsPerPair + groupLimits.rememberedRemovals),
});

export async function openGroupBook(options: GroupBookOptions): Promise<KeptGroupBook> {
  const book = new Book(options);
  await book.load();
  return book;
}

class Book implements KeptGroupBook {
  readonly #options: GroupBookOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: GroupBookOptions) {
    this.#options = options;
    options.channel.serve(service, async ({ head }) => {
      await this.#inTurn(() => this.#merge(head));
      return { head: this.#asJson() };
    });
  }

  async load(): Promise<void> {
    const { store, spooler } = this.#options;
    for (const name of await store.query('registry.sub-keys', { spooler, path })) {
      const at = { spooler, path: [...path, name], name: valueName };
      const value = await store.query('registry.value', at);
      const entry = value?.type === 'string' ? readEntry(value.data) : undefined;
      if (entry !== undefined) this.#entries.set(entry.id, entry);
    }
  }

  list(): readonly GroupDefinition[] {
    return [...this.#entries.values()]
      .flatMap(({ definition }) => (definition === undefined ? [] : [definition]))
      .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
  }

  find(idOrName: string): GroupDefinition | undefined {
    const wanted = idOrName.toLowerCase();
    return this.list().find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  }

  isRemoved(id: string): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.definition === undefined;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  create(definition: GroupDefinition, signal: AbortSignal): Promise<GroupAnswer> {
    return this.#inTurn(async () => {
      const refusal = this.#refuse(definition) ?? (await this.#options.ready(signal));
      if (refusal !== undefined) return refusal;
      const entry = { id: definition.id, revision: 1, definition };
      // First where it can fail: what the peer does not know, this node does not have either.
      const told = await this.#tell(entry, signal);
      if (told !== undefined) return told;
      await this.#keep(entry);
      return { kind: 'done', group: definition };
    });
  }

  change(definition: GroupDefinition, signal: AbortSignal): Promise<GroupAnswer> {
    return this.#inTurn(async () => {
      const before = this.#entries.get(definition.id);
      if (before?.definition === undefined) return unknown(definition.name);
      const refusal = this.#refuse(definition);
      if (refusal !== undefined) return refusal;
      const entry = { id: definition.id, revision: before.revision + 1, definition };
      await this.#keep(entry);
      await this.#tell(entry, signal);
      return { kind: 'done', group: definition };
    });
  }

  remove(id: string, signal: AbortSignal): Promise<{ readonly kind: 'done' } | Refusal> {
    return this.#inTurn(async () => {
      const before = this.#entries.get(id);
      if (before?.definition === undefined) return unknown(id);
      const entry = { id, revision: before.revision + 1, definition: undefined };
      await this.#keep(entry);
      await this.#tell(entry, signal);
      return { kind: 'done' };
    });
  }

  replaced(peer: string): Promise<void> {
    return this.#inTurn(async () => {
      const nodes = this.#options.nodes();
      for (const { id, revision, definition } of this.#entries.values()) {
        const preferred = definition?.preferredOwner;
        if (definition === undefined || preferred === undefined) continue;
        if (nodes.includes(preferred)) continue;
        const moved = { ...definition, preferredOwner: peer };
        await this.#keep({ id, revision: revision + 1, definition: moved });
      }
    });
  }

  async exchange(signal: AbortSignal): Promise<void> {
    const { channel, log } = this.#options;
    try {
      const { head } = await channel.request({ service, head: this.#asJson(), signal });
      await this.#inTurn(() => this.#merge(head));
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      log.info('the groups were not exchanged', { why: error.message });
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  #refuse(definition: GroupDefinition): Refusal | undefined {
    const others = this.list().filter(({ id }) => id !== definition.id);
    return refuseGroup(definition, others, this.#options.nodes());
  }

  /** Why the peer does not have it; undefined: it has. */
  async #tell(entry: Entry, signal: AbortSignal): Promise<Refusal | undefined> {
    const { channel } = this.#options;
    const head = { entries: [asJson(entry)] };
    try {
      const answer = await channel.request({ service, head, signal });
      const theirs = entriesOf(answer.head).find(({ id }) => id === entry.id);
      if (theirs !== undefined && theirs.revision >= entry.revision) return undefined;
      return refused('value-not-supported', 'the other appliance refuses this group; see its log');
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      return refused('busy', `a group is made on both appliances: ${error.message}`);
    }
  }

  /** The peer is a door like any other: what no person could define is not taken from it. */
  async #merge(head: unknown): Promise<void> {
    for (const entry of entriesOf(head)) {
      const known = this.#entries.get(entry.id);
      if (known !== undefined && !isLater(entry, known)) continue;
      const { definition } = entry;
      const refusal = definition === undefined ? undefined : this.#refuse(definition);
      if (refusal === undefined) await this.#keep(entry);
      else this.#options.log.warn('a group of the peer is refused', { why: refusal.message });
    }
  }

  async #keep(entry: Entry): Promise<void> {
    const { store, spooler, term } = this.#options;
    const key = [...path, entry.id];
    const value = { type: 'string', data: JSON.stringify(asJson(entry)) } as const;
    const outcome = await store.commit({
      spooler,
      term: term(),
      changes: [
        { type: 'registry.key-created', payload: { path: key } },
        {
          type: 'registry.values-set',
          payload: { path: key, values: [{ name: valueName, value }] },
        },
      ],
    });
    if (outcome.kind === 'refused') throw new RefusedError(outcome);
    this.#entries.set(entry.id, entry);
    for (const listener of this.#listeners) listener();
  }

  #asJson(): JsonValue {
    const entries = [...this.#entries.values()];
    const removed = entries.filter(({ definition }) => definition === undefined);
    const forgotten = new Set(removed.slice(0, -groupLimits.rememberedRemovals));
    return { entries: entries.filter((entry) => !forgotten.has(entry)).map(asJson) };
  }
}

/** Both changed it while they were apart: one of the two counts, the same on both nodes. */
function isLater(entry: Entry, known: Entry): boolean {
  if (entry.revision !== known.revision) return entry.revision > known.revision;
  return JSON.stringify(asJson(entry)) > JSON.stringify(asJson(known));
}

function entriesOf(head: unknown): readonly Entry[] {
  const read = entriesSchema.safeParse(head);
  if (!read.success) return [];
  return read.data.entries.flatMap((value) => {
    const entry = entrySchema.safeParse(value);
    const fits = entry.success && (entry.data.definition?.id ?? entry.data.id) === entry.data.id;
    return fits ? [entry.data] : [];
  });
}

function readEntry(text: string): Entry | undefined {
  return entrySchema.safeParse(JSON.parse(text)).data;
}

function asJson({ id, revision, definition }: Entry): { [name: string]: JsonValue } {
  if (definition === undefined) return { id, revision };
  const { preferredOwner, policy, addresses, spoolers, ...rest } = definition;
  const failback = { ...policy.failback };
  const plain = {
    ...rest,
    addresses: [...addresses],
    spoolers: [...spoolers],
    policy: { ...policy, failback },
  };
  const preferred = preferredOwner === undefined ? {} : { preferredOwner };
  return { id, revision, definition: { ...plain, ...preferred } };
}

function unknown(name: string): Refusal {
  return refused('not-found', `there is no group "${name}": platen group list shows them`);
}
