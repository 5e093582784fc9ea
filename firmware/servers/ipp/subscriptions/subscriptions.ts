// Subscriptions to events that clients pull (RFC 3995, RFC 3996): who is told of what, what waits
// for whom.
//
// They live in memory, as a lease of the client's that ends by itself; after a restart clients find
// no subscription and make a new one. Events come from the ring's live end.
import type { Clock } from '../../../../hal/contract.ts';
import type { Events, PlatenEvent } from '../../../events/event.ts';
import { serverLimits } from '../../../limits/server-limits.ts';
import { isEndState, notifyEventsOf, type NotifyEvent } from './notify-events.ts';

const { subscriptions: limits } = serverLimits.ipp;

export interface SubscriptionRequest {
  readonly spooler: string;
  readonly printerId: string;
  /** A per-job subscription ends with its job, and has no lease. */
  readonly jobId: string | undefined;
  readonly userName: string;
  readonly events: readonly NotifyEvent[];
  readonly userData: Uint8Array | undefined;
  readonly leaseSeconds: number;
}

export interface Subscription extends SubscriptionRequest {
  readonly id: number;
  /** Clock.monotonicMs; undefined for per-job ones. */
  readonly expiresAtMs: number | undefined;
  /** notify-sequence-number of the newest event; 0 before the first. */
  readonly lastSequence: number;
}

export interface Notification {
  readonly sequence: number;
  readonly name: NotifyEvent;
  readonly event: PlatenEvent;
  /** Clock.monotonicMs of its arrival. */
  readonly atMs: number;
}

export interface Subscriptions {
  /** Undefined: there are too many already. */
  create(request: SubscriptionRequest): Subscription | undefined;
  find(id: number): Subscription | undefined;
  list(spooler: string, printerId: string): readonly Subscription[];
  renew(id: number, leaseSeconds: number): Subscription | undefined;
  cancel(id: number): boolean;
  /** Those that are young enough, from a sequence number on. */
  notifications(id: number, fromSequence: number): readonly Notification[];
  /** The job of a per-job subscription has ended: nothing more will come. */
  isComplete(id: number): boolean;
}

export function createSubscriptions(options: {
  readonly clock: Clock;
  readonly events: Pick<Events, 'subscribe'>;
}): Subscriptions {
  return new SubscriptionTable(options);
}

interface Entry {
  subscription: Subscription;
  readonly waiting: Notification[];
  completedAtMs: number | undefined;
}

class SubscriptionTable implements Subscriptions {
  readonly #clock: Clock;
  readonly #entries = new Map<number, Entry>();
  #lastId = 0;

  constructor({ clock, events }: { clock: Clock; events: Pick<Events, 'subscribe'> }) {
    this.#clock = clock;
    events.subscribe((event) => this.#hear(event));
  }

  create(request: SubscriptionRequest): Subscription | undefined {
    this.#forgetOld();
    const ofPrinter = this.list(request.spooler, request.printerId).length;
    if (this.#entries.size >= limits.total || ofPrinter >= limits.perPrinter) return undefined;
    this.#lastId += 1;
    const expiresAtMs = this.#expiry(request);
    const subscription = { ...request, id: this.#lastId, expiresAtMs, lastSequence: 0 };
    this.#entries.set(subscription.id, { subscription, waiting: [], completedAtMs: undefined });
    return subscription;
  }

  find(id: number): Subscription | undefined {
    this.#forgetOld();
    return this.#entries.get(id)?.subscription;
  }

  list(spooler: string, printerId: string): readonly Subscription[] {
    this.#forgetOld();
    return [...this.#entries.values()]
      .map(({ subscription }) => subscription)
      .filter((each) => each.spooler === spooler && each.printerId === printerId);
  }

  renew(id: number, leaseSeconds: number): Subscription | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const { subscription } = entry;
    const expiresAtMs = this.#expiry({ ...subscription, leaseSeconds });
    entry.subscription = { ...subscription, leaseSeconds, expiresAtMs };
    return entry.subscription;
  }

  cancel(id: number): boolean {
    return this.#entries.delete(id);
  }

  notifications(id: number, fromSequence: number): readonly Notification[] {
    const entry = this.#entries.get(id);
    if (entry === undefined) return [];
    this.#dropOld(entry);
    return entry.waiting.filter(({ sequence }) => sequence >= fromSequence);
  }

  isComplete(id: number): boolean {
    return this.#entries.get(id)?.completedAtMs !== undefined;
  }

  #expiry({ jobId, leaseSeconds }: SubscriptionRequest): number | undefined {
    return jobId === undefined ? this.#clock.monotonicMs() + leaseSeconds * 1000 : undefined;
  }

  #hear(event: PlatenEvent): void {
    const names = notifyEventsOf(event);
    if (names.length === 0 || event.printerId === undefined) return;
    this.#forgetOld();
    for (const entry of this.#entries.values()) this.#tell(entry, event, names);
  }

  #tell(entry: Entry, event: PlatenEvent, names: readonly NotifyEvent[]): void {
    const { subscription, waiting } = entry;
    const { spooler, printerId, jobId, events } = subscription;
    if (event.spooler !== spooler || event.printerId !== printerId) return;
    const ofJob = 'jobId' in event ? event.jobId : undefined;
    if (jobId !== undefined && ofJob !== undefined && ofJob !== jobId) return;
    const atMs = this.#clock.monotonicMs();
    const name = names.find((each) => events.includes(each));
    if (name !== undefined) {
      const sequence = subscription.lastSequence + 1;
      entry.subscription = { ...subscription, lastSequence: sequence };
      waiting.push({ sequence, name, event, atMs });
      this.#dropOld(entry);
    }
    if (jobId !== undefined && ofJob === jobId && isEndState(event.facts['state'])) {
      entry.completedAtMs = atMs;
    }
  }

  #dropOld({ waiting }: Entry): void {
    const oldestMs = this.#clock.monotonicMs() - limits.eventLifeSeconds * 1000;
    const young = waiting.findIndex(({ atMs }) => atMs >= oldestMs);
    const tooMany = Math.max(0, waiting.length - limits.waitingEvents);
    waiting.splice(0, Math.max(tooMany, young < 0 ? waiting.length : young));
  }

  /** What nobody renewed, and jobs whose last events are too old to be asked for. */
  #forgetOld(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [id, { subscription, completedAtMs }] of this.#entries) {
      const { expiresAtMs } = subscription;
      const isOver = completedAtMs !== undefined && completedAtMs + eventLifeMs < nowMs;
      if (isOver || (expiresAtMs !== undefined && expiresAtMs < nowMs)) this.#entries.delete(id);
    }
  }
}

const eventLifeMs = limits.eventLifeSeconds * 1000;
