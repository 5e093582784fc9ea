// A group's resources on the node that owns it: what their machine (groups.ts) wants is done to
// addresses, spooler and ownership, and what becomes of it is told back.
//
// Life cycle: made once for a host; `owned` for each ownership, `released` at its end; `stop`.
import type { Clock, Timer } from '../../../hal/contract.ts';
import { abortable, startDeadline } from '../../../hal/time.ts';
import type { MonitorLog } from '../../../monitors/contract.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import { groupLimits } from '../../limits/group-limits.ts';
import type { GroupDefinition } from '../group-definition.ts';
import {
  type GroupEffect,
  type GroupEvent,
  type GroupResources,
  groupState,
  startGroupResources,
  stepGroup,
} from '../groups.ts';
import type { GroupNetwork } from './contract.ts';
import type { Ownership } from './ownership.ts';
import { type Wishes, wishChanges } from './wishes.ts';

export interface ResourcesOptions {
  readonly definition: () => GroupDefinition;
  readonly self: string;
  readonly clock: Clock;
  readonly network: Pick<GroupNetwork, 'fence'>;
  readonly log: MonitorLog;
  readonly inStep: () => boolean;
  /** M1; refused by `moveRefused`. */
  readonly move: (timeoutMs: number) => void;
  readonly onChange: () => void;
}

export class Resources {
  readonly #options: ResourcesOptions;
  readonly #watchers = new Set<() => void>();
  #group: GroupResources;
  #ownership: Ownership | undefined;
  #timer: Timer | undefined;
  /** The last lapse, or the begin of the ownership. */
  #lapsedAtMs = 0;
  #failingOver = false;
  #draining = false;

  constructor(options: ResourcesOptions) {
    const { definition, self, clock } = options;
    this.#options = options;
    this.#group = startGroupResources(definition(), self, clock.monotonicMs());
  }

  /** Undefined where this node does not own the group: its peer knows. */
  get group(): GroupResources | undefined {
    return this.#ownership === undefined ? undefined : this.#group;
  }

  /** Whether the group's addresses belong on the network now. */
  get wantsAddress(): boolean {
    const { state } = this.#group.resources.address;
    return this.#ownership !== undefined && (state === 'Online' || state === 'OnlinePending');
  }

  owned(ownership: Ownership, { wanted, failedOn }: Wishes): void {
    this.released();
    this.#ownership = ownership;
    this.lapsed();
    this.#feed({ kind: 'failed-on', node: failedOn });
    this.#feed({ kind: 'owned', wanted });
    this.#tickLater();
  }

  released(): void {
    if (this.#ownership === undefined) return;
    this.#ownership = undefined;
    this.#failingOver = false;
    this.#draining = false;
    this.#timer?.cancel();
    this.#feed({ kind: 'released' });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#ownership = undefined;
  }

  /** The log's last records say so. */
  wished(wishes: Partial<Wishes>): void {
    if (this.#ownership === undefined) return;
    if ('failedOn' in wishes) this.#feed({ kind: 'failed-on', node: wishes.failedOn });
    // Also where it was so before: what was left offline comes online when a person asks.
    const { wanted } = wishes;
    if (wanted === undefined || wanted === this.#group.wanted) return;
    this.#feed({ kind: wanted === 'online' ? 'bring-online' : 'take-offline' });
  }

  defined(): void {
    this.#feed({ kind: 'defined', definition: this.#options.definition() });
  }

  /** The kernel has the addresses, or could not have them. */
  addressRenewed(): void {
    if (this.#group.resources.address.state !== 'OnlinePending') return;
    this.#feed({ kind: 'online', resource: 'address' });
  }

  spoolerStarted(): void {
    if (this.#group.resources.spooler.state !== 'OnlinePending') return;
    this.#feed({ kind: 'online', resource: 'spooler' });
    const { failedOn, self } = this.#group;
    if (failedOn === self) void this.#wish({ failedOn: undefined });
  }

  spoolerFailed(reason: string): void {
    this.#feed({ kind: 'failed', resource: 'spooler', reason });
  }

  /** What the spooler then says of itself is the pair's doing, and no failure of its own. */
  lapsed(): void {
    this.#lapsedAtMs = this.#options.clock.monotonicMs();
  }

  /** True where it was this one that asked for the move. */
  moveRefused(): boolean {
    if (!this.#failingOver) return false;
    this.#failingOver = false;
    this.#feed({ kind: 'fail-over-refused' });
    return true;
  }

  /** Resolves once the group is so; rejects where it is released before, or with the signal. */
  async settled(state: 'Online' | 'Offline', signal: AbortSignal): Promise<void> {
    const ownership = this.#ownership;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#ownership !== ownership) reject(new Error('this appliance owns it no more'));
      else if (state === 'Offline' ? this.#isAllOffline() : groupState(this.#group) === state) {
        resolve();
      }
    };
    this.#watchers.add(look);
    look();
    await abortable(promise, signal).finally(() => this.#watchers.delete(look));
  }

  #isAllOffline(): boolean {
    return Object.values(this.#group.resources).every(({ state }) => state === 'Offline');
  }

  #feed(event: GroupEvent): void {
    const { clock, onChange } = this.#options;
    const { group, effects } = stepGroup(this.#group, event, clock.monotonicMs());
    const changed = group.resources !== this.#group.resources;
    this.#group = group;
    for (const effect of effects) this.#perform(effect);
    if (!changed) return;
    for (const watcher of this.#watchers) watcher();
    onChange();
  }

  #perform(effect: GroupEffect): void {
    switch (effect.kind) {
      case 'bring-online':
        // The address comes with the next renewal; the name is announced with the spooler.
        if (effect.resource === 'name') this.#feed({ kind: 'online', resource: 'name' });
        else if (effect.resource === 'spooler') void this.#startSpooler();
        return;
      case 'take-offline':
        if (effect.resource === 'spooler') void this.#endSpooler();
        else if (effect.resource === 'address') void this.#dropAddress();
        else this.#feed({ kind: 'offline', resource: 'name' });
        return;
      case 'ask':
        return void this.#ask(effect.health);
      case 'fail-over':
        return void this.#failOver();
      case 'fail-back':
        this.#options.log.info('the group goes back to its preferred owner', {});
        return this.#options.move(this.#group.definition.policy.jobCompletionMs);
      case 'left-offline':
        return this.#options.log.warn('the group’s spooler failed too often and stays offline', {
          reason: effect.reason,
        });
      case 'hold-job':
        return void this.#holdJob(effect.jobId, effect.reason);
    }
  }

  /** One that failed is ended first; a job that was twice under way then is held. */
  async #startSpooler(): Promise<void> {
    const ownership = this.#ownership;
    if (ownership?.spooler !== undefined) {
      const printing = await printingJobs(ownership);
      await ownership.pause();
      if (this.#ownership !== ownership) return;
      this.#feed({ kind: 'spooler-ended', jobIds: printing });
    }
    if (this.#ownership === ownership) ownership?.resume();
  }

  async #endSpooler(): Promise<void> {
    const ownership = this.#ownership;
    if (ownership === undefined) return;
    const { clock } = this.#options;
    this.#draining = true;
    using deadline = startDeadline(clock, this.#group.definition.policy.jobCompletionMs);
    await abortable(ownership.drainForGood(), deadline.signal).catch(() => undefined);
    await ownership.pause();
    if (this.#ownership !== ownership) return;
    this.#draining = false;
    this.#feed({ kind: 'offline', resource: 'spooler' });
  }

  async #dropAddress(): Promise<void> {
    const ownership = this.#ownership;
    await this.#options.network.fence();
    if (this.#ownership === ownership) this.#feed({ kind: 'offline', resource: 'address' });
  }

  async #ask(of: 'looks-alive' | 'is-alive'): Promise<void> {
    const ownership = this.#ownership;
    const spooler = ownership?.spooler;
    if (spooler === undefined) return;
    const health = of === 'looks-alive' ? spooler.looksAlive() : await spooler.isAlive();
    if (this.#ownership !== ownership || ownership?.spooler !== spooler) return;
    const now = this.#options.clock.monotonicMs();
    const calm = now >= this.#lapsedAtMs + groupLimits.calmMs && spooler.permit.live();
    const reason = health.problems.join('; ');
    this.#feed({ kind: 'health', of, alive: health.alive || !calm, reason });
  }

  /** The peer learns where it failed, with the log, so that it does not come back by itself. */
  async #failOver(): Promise<void> {
    const ownership = this.#ownership;
    const { clock, log, self, move } = this.#options;
    log.warn(
      'the group’s spooler failed too often here: the group goes to the other appliance',
      {},
    );
    this.#failingOver = true;
    using deadline = startDeadline(clock, clusterLimits.dataAcknowledgementMs);
    await abortable(this.#wish({ failedOn: self }), deadline.signal).catch(() => undefined);
    if (this.#ownership === ownership) move(0);
  }

  async #wish(wishes: Partial<Wishes>): Promise<void> {
    try {
      await this.#ownership?.commitUnit(wishChanges(wishes));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log.info('it could not be noted where the spooler failed', { message });
    }
  }

  async #holdJob(jobId: string, reason: string): Promise<void> {
    const { clock, log } = this.#options;
    const payload = { jobId, hold: { kind: 'indefinite' }, at: clock.wall() } as const;
    log.warn('a job is held', { jobId, reason });
    try {
      await this.#ownership?.commitUnit([{ type: 'job.held', payload }]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn('a job could not be held', { jobId, message });
    }
  }

  #tickLater(): void {
    this.#timer = this.#options.clock.startTimer(groupLimits.tickMs, () => {
      if (this.#ownership === undefined) return;
      this.#tick();
      this.#tickLater();
    });
  }

  #tick(): void {
    const { clock, inStep } = this.#options;
    if (this.#draining) this.#feed({ kind: 'progress', resource: 'spooler' });
    this.#feed({ kind: 'peer-in-step', inStep: inStep() });
    const { ms, trusted } = clock.wall();
    this.#feed({ kind: 'tick', hour: trusted ? new Date(ms).getHours() : undefined });
  }
}

/** None where it can't say: its store may be what failed. */
async function printingJobs({ spooler }: Ownership): Promise<readonly string[]> {
  try {
    const filter = { which: 'not-completed', limit: clusterLimits.jobsPerCommit } as const;
    const jobs = (await spooler?.jobs.list(filter)) ?? [];
    return jobs.filter(({ state }) => state === 'processing').map(({ id }) => id);
  } catch {
    return [];
  }
}
