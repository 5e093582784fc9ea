// One group on this node: its host, and while it is owned what clients reach of it.
import type { Clock, Tcp } from '../../hal/contract.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { GroupHost, GroupHostOptions, OwnershipParts } from '../cluster/host/contract.ts';
import { refused, type Refusal, RefusedError } from '../errors/codes.ts';
import type { Events } from '../events/event.ts';
import { groupLimits } from '../limits/group-limits.ts';
import type { Renewal } from '../identity/renewal.ts';
import type { Log } from '../log/log.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { Store, Term } from '../store/contract.ts';
import type { Wire } from '../supervisor/contract.ts';
import { shareCertificate } from './certificate-sharing.ts';
import { createGroupEvents, type GroupEvents } from './group-events.ts';
import { createGroupNetwork, type RunningGroupNetwork } from './group-network.ts';
import { createWaitingSpooler } from './waiting-spooler.ts';

/** What listens and is announced while the group is owned; made anew for each ownership. */
export interface GroupFront {
  stop(deadline: AbortSignal): Promise<void>;
}

export interface Owned {
  readonly parts: OwnershipParts;
  readonly spooler: Spooler;
}

export interface GroupNodeOptions {
  readonly definition: GroupDefinition;
  readonly self: string;
  readonly clock: Clock;
  readonly tcp: Tcp;
  readonly wire: Wire;
  readonly isSetUp: () => Promise<void>;
  readonly createHost: (options: GroupHostOptions) => GroupHost;
  /** All but what this node makes for each group. */
  readonly host: Omit<
    GroupHostOptions,
    | 'id'
    | 'definition'
    | 'network'
    | 'makeSpooler'
    | 'onChange'
    | 'onMoveRefused'
    | 'onLeft'
    | 'onJobsHeld'
    | 'clock'
    | 'tcp'
  >;
  readonly makeSpooler: (definition: GroupDefinition, parts: OwnershipParts) => Spooler;
  /** Opens what clients reach; a part that can't be opened is tried again by itself. */
  readonly openFront: (definition: GroupDefinition, owned: Owned) => Promise<GroupFront>;
  /** Makes the group's certificate under its names of now, and keeps it fit. */
  readonly renewalOf: (definition: GroupDefinition) => Renewal;
  readonly events: Pick<Events, 'report'>;
  readonly log: Log;
}

export class GroupNode {
  readonly #options: GroupNodeOptions;
  readonly #network: RunningGroupNetwork;
  readonly #host: GroupHost;
  readonly #events: GroupEvents;
  readonly #watchers = new Set<() => void>();
  readonly waiting: Spooler;
  #definition: GroupDefinition;
  #parts: OwnershipParts | undefined;
  #owned: Owned | undefined;
  /** Opening and closing come one after the other. */
  #front: Promise<GroupFront | undefined> = Promise.resolve(undefined);
  #moveRefused: ((reason: string) => void) | undefined;
  #left: (() => void) | undefined;
  withoutAddresses: string | undefined;

  constructor(options: GroupNodeOptions) {
    const { definition, wire, log, clock, tcp } = options;
    this.#options = options;
    this.#definition = definition;
    this.#network = createGroupNetwork({
      group: definition.id,
      wire,
      isSetUp: options.isSetUp,
      term: () => this.#term(),
      feed: (event) => this.#host.feed(event),
      onAddress: (failure) => void (this.withoutAddresses = failure),
      onFenced: () => this.#closeFront(),
      log,
    });
    this.#events = createGroupEvents({
      id: definition.id,
      name: () => this.#definition.name,
      view: () => this.#host.view,
      events: options.events,
      clock,
    });
    this.#host = options.createHost({
      ...options.host,
      clock,
      tcp,
      id: definition.id,
      definition: () => this.#definition,
      network: this.#network,
      makeSpooler: (parts) => {
        this.#parts = parts;
        return options.makeSpooler(this.#definition, parts);
      },
      onChange: () => this.#look(),
      onMoveRefused: (reason) => this.#moveRefused?.(reason),
      onLeft: () => this.#left?.(),
      onJobsHeld: (count) => this.#events.jobsHeld(count),
    });
    this.waiting = createWaitingSpooler({ id: definition.id, ready: () => this.#ready() });
  }

  get definition(): GroupDefinition {
    return this.#definition;
  }

  /** Policies and preferred owner: nothing of what runs depends on them. */
  define(definition: GroupDefinition): void {
    this.#definition = definition;
    this.#host.defined();
  }

  get host(): GroupHost {
    return this.#host;
  }

  get spooler(): Spooler | undefined {
    return this.#owned?.spooler;
  }

  /** Of this ownership, whose commits count by the rules. */
  get store(): Pick<Store, 'commit'> | undefined {
    return this.#owned?.parts.store;
  }

  get isOwner(): boolean {
    const role = this.#host.view?.role;
    return role === 'owner' || role === 'draining';
  }

  start(): Promise<void> {
    return this.#host.start();
  }

  /** Resolves once the peer owns the group, or says why it does not. */
  async move(): Promise<{ readonly kind: 'done' } | Refusal> {
    const { clock } = this.#options;
    const { name, policy } = this.#definition;
    const timeoutMs = policy.jobCompletionMs;
    if (!this.isOwner) {
      return refused('not-live', `group "${name}" is not owned by this appliance`);
    }
    using deadline = startDeadline(clock, timeoutMs + groupLimits.moveGraceMs);
    const refusal = Promise.withResolvers<string>();
    this.#moveRefused = refusal.resolve;
    this.#host.feed({ kind: 'move', timeoutMs });
    const gone = this.#until(() => !this.isOwner, deadline.signal).then(
      () => undefined,
      () => 'it did not end in time',
    );
    const why = await Promise.race([refusal.promise, gone]);
    this.#moveRefused = undefined;
    if (why === undefined) return { kind: 'done' };
    return refused('not-live', `group "${name}" can't be moved now: ${reasonText(why)}`);
  }

  /** Resolves once all its resources are offline, or says why they are not. */
  async takeOffline(): Promise<{ readonly kind: 'done' } | Refusal> {
    const timeoutMs = this.#definition.policy.jobCompletionMs + groupLimits.moveGraceMs;
    using deadline = startDeadline(this.#options.clock, timeoutMs);
    return await this.#host.takeOffline(deadline.signal);
  }

  async bringOnline(): Promise<{ readonly kind: 'done' } | Refusal> {
    using deadline = startDeadline(this.#options.clock, groupLimits.moveGraceMs);
    return await this.#host.bringOnline(deadline.signal);
  }

  /** Resolves when the peer knows of the promise, or with the signal. */
  async leave(signal: AbortSignal): Promise<void> {
    const left = Promise.withResolvers<void>();
    this.#left = left.resolve;
    this.#host.feed({ kind: 'leave' });
    await abortable(left.promise, signal).catch(() => undefined);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#closeFront();
    await this.#host.stop(deadline);
    this.#network.stop();
    await this.#front;
  }

  #term(): Term {
    const view = this.#host.view;
    if (view === undefined) throw new Error('the group has not started');
    return view.term;
  }

  #look(): void {
    const { spooler } = this.#host;
    const parts = this.#parts;
    if (spooler !== this.#owned?.spooler) {
      this.#closeFront();
      if (spooler !== undefined && parts !== undefined) this.#openFront({ parts, spooler });
    }
    this.#events.look(this.#host.resources);
    for (const watcher of this.#watchers) watcher();
  }

  #openFront(owned: Owned): void {
    const { log, openFront } = this.#options;
    this.#owned = owned;
    this.#front = this.#front.then(async () => {
      if (this.#owned !== owned) return undefined;
      try {
        const renewal = await this.#showCertificate();
        return await withRenewal(openFront(this.#definition, owned), renewal);
      } catch (error) {
        log.error('what clients reach of the group could not be opened', { error });
        return undefined;
      }
    });
  }

  async #showCertificate(): Promise<Renewal> {
    const renewal = this.#options.renewalOf(this.#definition);
    try {
      await renewal.start();
    } catch (error) {
      this.#options.log.error('the group has no certificate of its own', { error });
    }
    await this.#shareCertificate();
    return renewal;
  }

  /** Clients may see it once the log names it; not waited for longer than they would wait. */
  #shareCertificate(): Promise<void> {
    const { log, clock } = this.#options;
    const owned = this.#owned;
    return shareCertificate({
      log,
      clock,
      note: () => this.#host.noteCredentials(),
      wanted: () => owned !== undefined && this.#owned === owned,
    });
  }

  /** It was renewed, or an administrator installed another one. */
  certificateChanged(): void {
    if (this.#owned !== undefined) void this.#shareCertificate();
  }

  #closeFront(): void {
    this.#owned = undefined;
    this.#front = this.#front.then(async (front) => {
      await front?.stop(AbortSignal.abort());
      return undefined;
    });
  }

  async #ready(): Promise<Spooler> {
    const { clock } = this.#options;
    using deadline = startDeadline(clock, groupLimits.readyMs);
    await this.#until(() => this.#owned !== undefined, deadline.signal).catch(() => undefined);
    if (this.#owned !== undefined) return this.#owned.spooler;
    const message = `group "${this.#definition.name}" is not served by this appliance just now`;
    throw new RefusedError(refused('not-live', message));
  }

  #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition()) return Promise.resolve();
    const seen = Promise.withResolvers<void>();
    const watcher = () => {
      if (condition()) seen.resolve();
    };
    this.#watchers.add(watcher);
    return abortable(seen.promise, signal).finally(() => this.#watchers.delete(watcher));
  }
}

async function withRenewal(opening: Promise<GroupFront>, renewal: Renewal): Promise<GroupFront> {
  const front = await opening.catch((error: unknown) => {
    renewal.stop();
    throw error;
  });
  return {
    async stop(deadline) {
      renewal.stop();
      await front.stop(deadline);
    },
  };
}

function reasonText(why: string): string {
  if (why === 'not-in-step') return 'the other appliance is not in step';
  return why === 'not-owner' ? 'this appliance does not own it' : why;
}
