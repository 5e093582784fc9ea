// The main thread's end of the bridge to the pair thread: starts groups there, hands on what they
// want done, and shows the thread that the main thread moves.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { GrantedUrgency } from '../../hal/priority.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { Log } from '../log/log.ts';
import type {
  FromPairThread,
  GroupView,
  HandsEffect,
  LinkState,
  Membership,
  PairThread,
  ToPairThread,
} from './contract.ts';
import { makeSharedLease, readSharedLease, writeMoved } from './shared-lease.ts';

/** The messages of a thread, and its end. */
export interface ThreadChannel {
  post(message: ToPairThread): void;
  onMessage(listener: (message: FromPairThread) => void): void;
  /** Once. */
  onEnd(listener: (why: string) => void): void;
  close(): void;
}

export interface PairThreadClientOptions {
  readonly channel: ThreadChannel;
  readonly moved: SharedArrayBuffer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PairThreadClient extends PairThread {
  /** Resolves when the link listens, or is not wanted; rejects with why it can't. */
  setMembership(membership: Membership, boot: number): Promise<void>;
  stop(): Promise<void>;
}

const unlinked: LinkState = {
  paths: { outgoing: false, incoming: false, udp: false },
  witness: 'none',
  witnessConnection: 0,
  heardAtMs: undefined,
};

export function createPairThread(options: PairThreadClientOptions): PairThreadClient {
  return new Client(options);
}

interface Group {
  readonly perform: (effect: HandsEffect) => void;
  readonly lease: SharedArrayBuffer;
  view: GroupView | undefined;
}

class Client implements PairThreadClient {
  readonly #options: PairThreadClientOptions;
  readonly #groups = new Map<string, Group>();
  readonly #linkListeners = new Set<(state: LinkState) => void>();
  readonly #viewListeners = new Set<(group: string, view: GroupView) => void>();
  readonly #echoListeners = new Set<(group: string, roundTripsMs: readonly number[]) => void>();
  readonly #ended = Promise.withResolvers<string>();
  #link = unlinked;
  #urgency: GrantedUrgency | undefined;
  #listening: PromiseWithResolvers<void> | undefined;
  #moving: Timer | undefined;

  constructor(options: PairThreadClientOptions) {
    this.#options = options;
    options.channel.onMessage((message) => this.#take(message));
    options.channel.onEnd((why) => this.#end(why));
    this.#move();
  }

  get link(): LinkState {
    return this.#link;
  }

  get urgency(): GrantedUrgency | undefined {
    return this.#urgency;
  }

  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  onLink(listener: (state: LinkState) => void): () => void {
    this.#linkListeners.add(listener);
    return () => void this.#linkListeners.delete(listener);
  }

  view(group: string): GroupView | undefined {
    return this.#groups.get(group)?.view;
  }

  onView(listener: (group: string, view: GroupView) => void): () => void {
    this.#viewListeners.add(listener);
    return () => void this.#viewListeners.delete(listener);
  }

  onEchoes(listener: (group: string, roundTripsMs: readonly number[]) => void): () => void {
    this.#echoListeners.add(listener);
    return () => void this.#echoListeners.delete(listener);
  }

  startGroup({ group, perform, ...start }: Parameters<PairThread['startGroup']>[0]) {
    const lease = makeSharedLease();
    this.#groups.set(group, { perform, lease, view: undefined });
    this.#options.channel.post({ kind: 'start-group', group, ...start, lease });
    return { lease: readSharedLease(lease, this.#options.clock) };
  }

  stopGroup(group: string): void {
    this.#groups.delete(group);
    this.#options.channel.post({ kind: 'stop-group', group });
  }

  event(group: string, event: Parameters<PairThread['event']>[1]): void {
    this.#options.channel.post({ kind: 'event', group, event });
  }

  setMembership(membership: Membership, boot: number): Promise<void> {
    this.#listening?.reject(new Error('another membership came'));
    const listening = Promise.withResolvers<void>();
    this.#listening = listening;
    this.#groups.clear();
    this.#tellLink(unlinked);
    this.#options.channel.post({ kind: 'membership', membership, boot });
    if (membership.peer === undefined) listening.resolve();
    return listening.promise;
  }

  async stop(): Promise<void> {
    this.#moving?.cancel();
    this.#options.channel.post({ kind: 'stop' });
    this.#options.channel.close();
  }

  #take(message: FromPairThread): void {
    switch (message.kind) {
      case 'ready':
        this.#listening?.resolve();
        return;
      case 'failed':
        this.#listening?.reject(new Error(message.message));
        return;
      case 'urgency':
        this.#urgency = message.granted;
        return;
      case 'link':
        this.#tellLink(message.state);
        return;
      case 'effects': {
        const group = this.#groups.get(message.group);
        for (const effect of message.effects) group?.perform(effect);
        return;
      }
      case 'group': {
        const group = this.#groups.get(message.group);
        if (group !== undefined) group.view = message.view;
        for (const listener of this.#viewListeners) listener(message.group, message.view);
        return;
      }
      case 'echoes':
        for (const listener of this.#echoListeners) listener(message.group, message.roundTripsMs);
        return;
      case 'log':
        this.#options.log[message.level](message.text);
    }
  }

  #tellLink(state: LinkState): void {
    this.#link = state;
    for (const listener of this.#linkListeners) listener(state);
  }

  #move(): void {
    const { clock, moved } = this.#options;
    writeMoved(moved, clock.monotonicMs());
    this.#moving = clock.startTimer(pairLimits.moveEveryMs, () => this.#move());
  }

  /** Leases end by themselves; nobody renews them any more. */
  #end(why: string): void {
    this.#moving?.cancel();
    this.#listening?.reject(new Error(why));
    this.#ended.resolve(why);
    this.#tellLink(unlinked);
  }
}
