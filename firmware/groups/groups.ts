// All groups of this node: follows the pair's book, tells the supervisor where addresses go, and
// finds the spooler that a client means.
import type { Addresses, Clock, Files, Timer, Udp } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { GroupResources } from '../cluster/groups.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { groupLimits } from '../limits/group-limits.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import type { Log } from '../log/log.ts';
import type { GroupBook } from '../pair/contract.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { Store } from '../store/contract.ts';
import type { Wire, WireSetup } from '../supervisor/contract.ts';
import type { GroupStanding, Groups } from './contract.ts';
import type { GroupNode } from './group-node.ts';
import { gatewaysOf, placeAddress, placeLink } from './placing.ts';

export interface GroupsOptions {
  readonly clock: Clock;
  readonly files: Pick<Files, 'readFile'>;
  readonly udp: Pick<Udp, 'interfaces'>;
  readonly addresses: Pick<Addresses, 'own'>;
  readonly wire: Wire;
  readonly book: GroupBook;
  /** The peer is another one, or there is none: all groups start anew. */
  readonly onMembership: (listener: () => void) => () => void;
  /** Undefined: not paired, and so no group runs. */
  readonly peerAddress: () => string | undefined;
  /** It is no group of the pair any more: nothing of it stays here. Never rejects. */
  readonly onRemoved: (group: string) => Promise<void>;
  /** Ids of groups of which records are here. */
  readonly recorded: () => Promise<readonly string[]>;
  readonly makeNode: (definition: GroupDefinition, isSetUp: () => Promise<void>) => GroupNode;
  /** Addresses of the printers of this group, as its registry has them. */
  readonly printersOf: (group: string) => Promise<readonly string[]>;
  readonly log: Log;
}

export function createGroups(options: GroupsOptions): Groups {
  return new NodeGroups(options);
}

const routeTable = '/proc/net/route';
const routeTableBytes = 64 * 1024;

class NodeGroups implements Groups {
  readonly #options: GroupsOptions;
  readonly #nodes = new Map<string, GroupNode>();
  readonly #unfollow: (() => void)[] = [];
  #setUp: Promise<void> = Promise.resolve();
  #setUpAs = '';
  #placing: Timer | undefined;
  #following: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: GroupsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { book, onMembership } = this.#options;
    this.#unfollow.push(
      book.onChange(() => void this.#enqueue(false)),
      onMembership(() => void this.#enqueue(true)),
    );
    await this.#forgetRemoved();
    await this.#enqueue(false);
    this.#placeAgain();
  }

  standings(): readonly GroupStanding[] {
    return [...this.#nodes.values()].map((node) => ({
      definition: node.definition,
      view: node.host.view,
      spooler: node.spooler,
      withoutAddresses: node.withoutAddresses ?? this.#whyNot(),
    }));
  }

  spoolerAt(address: string): Spooler | undefined {
    const node = [...this.#nodes.values()].find(({ definition }) =>
      definition.addresses.includes(address),
    );
    return node === undefined ? undefined : (node.spooler ?? node.waiting);
  }

  spoolerOf(idOrName: string): Spooler | undefined {
    return this.#find(idOrName)?.spooler;
  }

  storeOf(group: string): Pick<Store, 'commit'> | undefined {
    return this.#nodes.get(group)?.store;
  }

  isGroups(address: string): boolean {
    return this.#options.book.list().some(({ addresses }) => addresses.includes(address));
  }

  resources(group: string): GroupResources | undefined {
    return this.#nodes.get(group)?.host.resources;
  }

  async move(group: string): Promise<{ readonly kind: 'done' } | Refusal> {
    return (await this.#find(group)?.move()) ?? unknown(group);
  }

  async takeOffline(group: string): Promise<{ readonly kind: 'done' } | Refusal> {
    return (await this.#find(group)?.takeOffline()) ?? unknown(group);
  }

  async bringOnline(group: string): Promise<{ readonly kind: 'done' } | Refusal> {
    return (await this.#find(group)?.bringOnline()) ?? unknown(group);
  }

  async leave(): Promise<void> {
    using deadline = startDeadline(this.#options.clock, groupLimits.leaveMs);
    await Promise.all([...this.#nodes.values()].map((node) => node.leave(deadline.signal)));
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    this.#placing?.cancel();
    for (const end of this.#unfollow) end();
    await this.#following;
    await Promise.all([...this.#nodes.values()].map((node) => node.stop(deadline)));
  }

  #find(idOrName: string): GroupNode | undefined {
    const id = this.#options.book.find(idOrName)?.id;
    return id === undefined ? undefined : this.#nodes.get(id);
  }

  #whyNot(): string | undefined {
    const { abilities } = this.#options.wire;
    if (abilities === undefined) return 'there is no supervisor: start it with platen supervise';
    return abilities.addresses.can ? undefined : abilities.addresses.why;
  }

  /** What a removal left behind that was broken off. */
  async #forgetRemoved(): Promise<void> {
    const { book, recorded, onRemoved } = this.#options;
    for (const id of await recorded()) if (book.isRemoved(id)) await onRemoved(id);
  }

  #enqueue(anew: boolean): Promise<void> {
    this.#following = this.#following.then(() => this.#follow(anew));
    return this.#following;
  }

  /** Groups that are new start, those that are gone or differ end. Never rejects. */
  async #follow(anew: boolean): Promise<void> {
    const { book, makeNode, peerAddress, log } = this.#options;
    if (this.#stopped) return;
    const wanted = peerAddress() === undefined ? [] : book.list();
    for (const [id, node] of this.#nodes) {
      const now = wanted.find((definition) => definition.id === id);
      if (!anew && now !== undefined && placeOf(now) === placeOf(node.definition)) {
        node.define(now);
        continue;
      }
      this.#nodes.delete(id);
      await node.stop(AbortSignal.abort());
      if (book.isRemoved(id)) await this.#options.onRemoved(id);
    }
    const missing = wanted.filter(({ id }) => !this.#nodes.has(id));
    for (const definition of missing) {
      this.#nodes.set(
        definition.id,
        makeNode(definition, () => this.#setUp),
      );
    }
    await this.#place();
    for (const { id, name } of missing) {
      try {
        await this.#nodes.get(id)?.start();
      } catch (error) {
        log.error('a group could not be started', { group: name, error });
      }
    }
  }

  #placeAgain(): void {
    const again = async (): Promise<void> => {
      await this.#place();
      if (!this.#stopped) this.#placeAgain();
    };
    this.#placing = this.#options.clock.startTimer(groupLimits.placeMs, () => void again());
  }

  /** Tells the supervisor what it has to know, where that has changed. Never rejects. */
  async #place(): Promise<void> {
    const { wire, log } = this.#options;
    try {
      const setup = await this.#setup();
      const text = JSON.stringify(setup);
      if (text === this.#setUpAs) return;
      this.#setUpAs = text;
      this.#setUp = wire.setUp(setup);
      await this.#setUp;
    } catch (error) {
      this.#setUpAs = '';
      log.warn('the supervisor could not be told of the groups', { error });
    }
  }

  async #setup(): Promise<WireSetup> {
    const { udp, peerAddress, log } = this.#options;
    const interfaces = udp.interfaces();
    const definitions = [...this.#nodes.values()].map(({ definition }) => definition);
    const groupAddresses = new Set(definitions.flatMap(({ addresses }) => addresses));
    const groups = definitions.map(({ id, name, addresses }) => ({
      id,
      addresses: addresses.flatMap((address) => {
        const placed = placeAddress(address, interfaces);
        if (placed === undefined) {
          log.warn('no interface is on the network of an address', { group: name, address });
        }
        return placed === undefined ? [] : [placed];
      }),
    }));
    const peer = peerAddress();
    const link = peer === undefined ? undefined : placeLink(peer, interfaces, groupAddresses);
    return { groups, link, peerAddress: peer, arbiters: await this.#arbiters(definitions) };
  }

  async #arbiters(definitions: readonly GroupDefinition[]): Promise<readonly string[]> {
    const gateways = gatewaysOf(await this.#routes());
    const printers = await Promise.all(definitions.map(({ id }) => this.#options.printersOf(id)));
    const all = new Set([...gateways, ...printers.flat()]);
    return [...all].toSorted().slice(0, supervisorLimits.arbiters);
  }

  async #routes(): Promise<string> {
    try {
      const bytes = await this.#options.files.readFile(routeTable, routeTableBytes);
      return Buffer.from(bytes).toString('latin1');
    } catch (error) {
      if (isHalError(error)) return '';
      throw error;
    }
  }
}

/** What a group can't change while it runs: where clients reach it. */
function placeOf({ name, addresses }: GroupDefinition): string {
  return JSON.stringify([name, addresses]);
}

function unknown(group: string): Refusal {
  return refused('value-not-supported', `there is no group "${group}" on this appliance`);
}
