// A group's resources on the node that owns it: states, dependencies, health, restart, failover and
// failback, as a pure machine beside that of ownership.
import {
  type Failback,
  type GroupDefinition,
  type ResourceKind,
  resourceKinds,
} from './group-definition.ts';
import { groupLimits } from '../limits/group-limits.ts';

/** Of a clustered resource (Windows: CLUSTER_RESOURCE_STATE). */
export type ResourceState =
  | 'Initializing'
  | 'Online'
  | 'Offline'
  | 'Failed'
  | 'OnlinePending'
  | 'OfflinePending';

export interface Resource {
  readonly state: ResourceState;
  /** When it last changed, or said that it gets on. */
  readonly atMs: number;
  /** Why it failed, for people. */
  readonly reason: string;
}

export interface GroupResources {
  readonly definition: GroupDefinition;
  readonly self: string;
  /** This node owns the group. */
  readonly owned: boolean;
  /** What an administrator, or a failure, asked for. */
  readonly wanted: 'online' | 'offline';
  readonly resources: Readonly<Record<ResourceKind, Resource>>;
  /** Failures of the spooler resource, and failovers for them; of nodes and links none count. */
  readonly restarts: readonly number[];
  readonly failovers: readonly number[];
  readonly looksAliveAtMs: number;
  readonly isAliveAtMs: number;
  /** Jobs that were being sent when their spooler ended, by how often. */
  readonly suspects: ReadonlyMap<string, number>;
  /** Since when the peer could take the group. */
  readonly peerInStepSinceMs: number | undefined;
  /** It was to go to the peer, and could not. */
  readonly failoverDue: boolean;
  /** Node whose spooler failed too often: nothing fails back to it before a person says so. */
  readonly failedOn: string | undefined;
}

export type GroupEvent =
  | { readonly kind: 'tick'; readonly hour: number | undefined }
  /** `wanted` as the group's log has it: an offline group stays so, whoever owns it. */
  | { readonly kind: 'owned'; readonly wanted: GroupResources['wanted'] }
  /** Its definition is another one from now on. */
  | { readonly kind: 'defined'; readonly definition: GroupDefinition }
  | { readonly kind: 'released' }
  | { readonly kind: 'bring-online' }
  | { readonly kind: 'take-offline' }
  | { readonly kind: 'online' | 'offline' | 'progress'; readonly resource: ResourceKind }
  | { readonly kind: 'failed'; readonly resource: ResourceKind; readonly reason: string }
  | {
      readonly kind: 'health';
      readonly of: 'looks-alive' | 'is-alive';
      readonly alive: boolean;
      readonly reason: string;
    }
  /** The spooler ended while these jobs were being sent. */
  | { readonly kind: 'spooler-ended'; readonly jobIds: readonly string[] }
  /** The peer is in step, and can take the group; or not any more. */
  | { readonly kind: 'peer-in-step'; readonly inStep: boolean }
  | { readonly kind: 'failed-on'; readonly node: string | undefined }
  /** The peer is not in step, or does not take the group. */
  | { readonly kind: 'fail-over-refused' };

export type GroupEffect =
  | { readonly kind: 'bring-online' | 'take-offline'; readonly resource: ResourceKind }
  | { readonly kind: 'ask'; readonly health: 'looks-alive' | 'is-alive' }
  /** Give the group to the peer at once: its spooler failed here too often. */
  | { readonly kind: 'fail-over' }
  /** Move it in order, back to its preferred owner. */
  | { readonly kind: 'fail-back' }
  /** Left offline: the reason is shown until a person brings it online. */
  | { readonly kind: 'left-offline'; readonly reason: string }
  | { readonly kind: 'hold-job'; readonly jobId: string; readonly reason: string };

export interface GroupStep {
  readonly group: GroupResources;
  readonly effects: readonly GroupEffect[];
}

export function startGroupResources(
  definition: GroupDefinition,
  self: string,
  now: number,
): GroupResources {
  const resource: Resource = { state: 'Initializing', atMs: now, reason: '' };
  return {
    definition,
    self,
    owned: false,
    wanted: 'online',
    resources: { address: resource, name: resource, spooler: resource },
    restarts: [],
    failovers: [],
    looksAliveAtMs: now,
    isAliveAtMs: now,
    suspects: new Map(),
    peerInStepSinceMs: undefined,
    failoverDue: false,
    failedOn: undefined,
  };
}

/** What a group as a whole is said to be: what its spooler is, unless something below it failed. */
export function groupState({ resources }: GroupResources): ResourceState {
  const failed = resourceKinds.some((kind) => resources[kind].state === 'Failed');
  return failed ? 'Failed' : resources.spooler.state;
}

export function stepGroup(group: GroupResources, event: GroupEvent, now: number): GroupStep {
  switch (event.kind) {
    case 'owned':
      return goOn(all({ ...group, owned: true, wanted: event.wanted }, 'Offline', now), now);
    case 'defined':
      return { group: { ...group, definition: event.definition }, effects: [] };
    case 'released':
      return {
        group: all({ ...group, owned: false, failoverDue: false }, 'Offline', now),
        effects: [],
      };
    case 'bring-online':
      return goOn({ ...group, wanted: 'online', restarts: [], failovers: [] }, now);
    case 'take-offline':
      return goOn({ ...notFailed(group, now), wanted: 'offline' }, now);
    case 'online':
      return goOn(cameOnline(group, event.resource, now), now);
    case 'offline':
      return goOn(withState(group, event.resource, 'Offline', now), now);
    case 'progress':
      return { group: withState(group, event.resource, undefined, now), effects: [] };
    case 'failed':
      return failed(group, event.resource, event.reason, now);
    case 'health':
      return health(group, event, now);
    case 'spooler-ended':
      return suspect(group, event.jobIds);
    case 'peer-in-step': {
      const peerInStepSinceMs = event.inStep ? (group.peerInStepSinceMs ?? now) : undefined;
      return { group: { ...group, peerInStepSinceMs }, effects: [] };
    }
    case 'failed-on':
      return { group: { ...group, failedOn: event.node }, effects: [] };
    case 'fail-over-refused':
      // It is the only place there is: tried again here, or there once it can be (tick).
      return {
        group: { ...group, failovers: group.failovers.slice(0, -1), failoverDue: true },
        effects: [],
      };
    case 'tick':
      return tick(group, event.hour, now);
  }
}

function withState(
  group: GroupResources,
  kind: ResourceKind,
  state: ResourceState | undefined,
  now: number,
  reason = '',
): GroupResources {
  const before = group.resources[kind];
  const resource = { state: state ?? before.state, atMs: now, reason };
  return { ...group, resources: { ...group.resources, [kind]: resource } };
}

function cameOnline(group: GroupResources, kind: ResourceKind, now: number): GroupResources {
  const failoverDue = kind === 'spooler' ? false : group.failoverDue;
  return withState({ ...group, failoverDue }, kind, 'Online', now);
}

function all(group: GroupResources, state: ResourceState, now: number): GroupResources {
  return resourceKinds.reduce((each, kind) => withState(each, kind, state, now), group);
}

/** What a person takes offline has not failed any more. */
function notFailed(group: GroupResources, now: number): GroupResources {
  return resourceKinds
    .filter((kind) => group.resources[kind].state === 'Failed')
    .reduce((each, kind) => withState(each, kind, 'Offline', now), group);
}

/** The next resource in the order of dependency: up from the address, down from the spooler. */
function goOn(group: GroupResources, now: number): GroupStep {
  const { owned, resources, wanted } = group;
  const pending = resourceKinds.some((kind) => resources[kind].state.endsWith('Pending'));
  if (!owned || pending) return { group, effects: [] };
  if (wanted === 'online') {
    const next = resourceKinds.find((kind) => resources[kind].state !== 'Online');
    if (next === undefined) return { group: watched(group, now), effects: [] };
    const effects = [{ kind: 'bring-online', resource: next }] as const;
    return { group: withState(group, next, 'OnlinePending', now), effects };
  }
  const next = resourceKinds.findLast((kind) => resources[kind].state === 'Online');
  if (next === undefined) return { group, effects: [] };
  const effects = [{ kind: 'take-offline', resource: next }] as const;
  return { group: withState(group, next, 'OfflinePending', now), effects };
}

function watched(group: GroupResources, now: number): GroupResources {
  const { looksAliveMs, isAliveMs } = group.definition.policy;
  return { ...group, looksAliveAtMs: now + looksAliveMs, isAliveAtMs: now + isAliveMs };
}

function tick(group: GroupResources, hour: number | undefined, now: number): GroupStep {
  const { policy } = group.definition;
  if (!group.owned) return { group, effects: [] };
  const hung = resourceKinds.find((kind) => {
    const { state, atMs } = group.resources[kind];
    return state.endsWith('Pending') && now >= atMs + policy.pendingMs;
  });
  if (hung !== undefined) return failed(group, hung, 'it said nothing for too long', now);
  if (group.wanted === 'offline') return { group, effects: [] };
  const below = resourceKinds.find(
    (kind) => kind !== 'spooler' && group.resources[kind].state === 'Failed',
  );
  if (below !== undefined) {
    const again = now >= group.resources[below].atMs + groupLimits.retryMs;
    return again ? goOn(group, now) : { group, effects: [] };
  }
  const { spooler } = group.resources;
  if (spooler.state === 'Failed') {
    const { failoverDue, peerInStepSinceMs } = group;
    if (failoverDue && peerInStepSinceMs !== undefined) return failOver(group, now);
    const again = now >= spooler.atMs + groupLimits.retryFailedMs;
    return again ? goOn(group, now) : { group, effects: [] };
  }
  if (spooler.state !== 'Online') return { group, effects: [] };
  if (mayFailBack(group, hour, now)) {
    return { group: { ...group, peerInStepSinceMs: undefined }, effects: [{ kind: 'fail-back' }] };
  }
  if (now >= group.isAliveAtMs) {
    return { group: watched(group, now), effects: [{ kind: 'ask', health: 'is-alive' }] };
  }
  if (now < group.looksAliveAtMs) return { group, effects: [] };
  const looksAliveAtMs = now + policy.looksAliveMs;
  return { group: { ...group, looksAliveAtMs }, effects: [{ kind: 'ask', health: 'looks-alive' }] };
}

/** What only looks dead is asked thoroughly; what is dead has failed. */
function health(
  group: GroupResources,
  event: Extract<GroupEvent, { kind: 'health' }>,
  now: number,
): GroupStep {
  if (event.alive || group.resources.spooler.state !== 'Online') return { group, effects: [] };
  if (event.of === 'looks-alive') {
    return { group, effects: [{ kind: 'ask', health: 'is-alive' }] };
  }
  return failed(group, 'spooler', event.reason, now);
}

/**
 * A failed resource is restarted, with what depends on it; too often, the group goes to the peer,
 * if that is its policy; too often that as well, it is left offline. Only the spooler's own
 * failures count.
 */
function failed(group: GroupResources, kind: ResourceKind, reason: string, now: number): GroupStep {
  if (!group.owned) return { group, effects: [] };
  const { policy } = group.definition;
  const above = resourceKinds.slice(resourceKinds.indexOf(kind) + 1);
  const stopped = above.reduce((each, next) => withState(each, next, 'Offline', now), group);
  const broken = withState(stopped, kind, 'Failed', now, reason);
  const restarts = group.restarts.filter((atMs) => atMs > now - policy.restartPeriodMs);
  const failovers = group.failovers.filter((atMs) => atMs > now - policy.failoverPeriodMs);
  const counted = { ...broken, restarts, failovers };
  // A link that is down moves nothing: the peer's may be as well. It is tried again by the tick.
  if (kind !== 'spooler') return { group: counted, effects: [] };
  if (policy.restartAction !== 'none' && restarts.length < policy.restartThreshold) {
    return goOn({ ...counted, restarts: [...restarts, now] }, now);
  }
  const goes = policy.restartAction === 'restart-then-fail-over';
  if (goes && failovers.length < policy.failoverThreshold) return failOver(counted, now);
  const left = { ...counted, wanted: 'offline' } as const;
  return { group: left, effects: [{ kind: 'left-offline', reason }] };
}

function failOver(group: GroupResources, now: number): GroupStep {
  const failovers = [...group.failovers, now];
  return {
    group: { ...group, restarts: [], failovers, failoverDue: false },
    effects: [{ kind: 'fail-over' }],
  };
}

/** Poison: a job that twice was under way when its spooler ended is held. */
function suspect(group: GroupResources, jobIds: readonly string[]): GroupStep {
  const suspects = new Map(jobIds.map((id) => [id, (group.suspects.get(id) ?? 0) + 1] as const));
  const effects = jobIds
    .filter((id) => (suspects.get(id) ?? 0) >= groupLimits.poisonAttempts)
    .map((jobId) => ({
      kind: 'hold-job' as const,
      jobId,
      reason: 'the spooler ended twice while this job was being sent',
    }));
  return { group: { ...group, suspects }, effects };
}

function mayFailBack(group: GroupResources, hour: number | undefined, now: number): boolean {
  const { preferredOwner, policy } = group.definition;
  if (preferredOwner === undefined || preferredOwner === group.self) return false;
  if (group.peerInStepSinceMs === undefined || group.failedOn === preferredOwner) return false;
  if (now < group.peerInStepSinceMs + groupLimits.failbackStableMs) return false;
  return inWindow(policy.failback, hour);
}

/** `hour` is undefined while the wall clock is not trusted: then no window is open. */
function inWindow(failback: Failback, hour: number | undefined): boolean {
  if (failback.kind !== 'window') return failback.kind === 'at-once';
  const { fromHour, toHour } = failback;
  if (hour === undefined) return false;
  return fromHour <= toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour;
}
