// What becomes of a group's resources and jobs on its owner, told to the event ring.
import type { Clock } from '../../hal/contract.ts';
import { groupState, type GroupResources, type ResourceState } from '../cluster/groups.ts';
import { resourceKinds } from '../cluster/group-definition.ts';
import type { Events } from '../events/event.ts';
import type { GroupView } from '../pair/contract.ts';

export interface GroupEventsOptions {
  readonly id: string;
  readonly name: () => string;
  readonly view: () => GroupView | undefined;
  readonly events: Pick<Events, 'report'>;
  readonly clock: Pick<Clock, 'wall'>;
}

export interface GroupEvents {
  /** The resources may have changed. */
  look(resources: GroupResources | undefined): void;
  /** So many jobs wait for the other appliance's word; none: it came. */
  jobsHeld(count: number): void;
}

const told: Readonly<Partial<Record<ResourceState, GroupEventType>>> = {
  Online: 'group-online',
  Offline: 'group-offline',
  Failed: 'group-failed',
};

export function createGroupEvents(options: GroupEventsOptions): GroupEvents {
  const { id, name, view, events, clock } = options;
  let last: ResourceState | undefined;

  const report = (type: GroupEventType, facts: Readonly<Record<string, string | number>>) => {
    const { owner = '', term } = view() ?? {};
    const common = { group: name(), owner, term: term?.counter ?? 0 };
    events.report({ type, at: clock.wall(), spooler: id, facts: { ...common, ...facts } });
  };

  return {
    look(resources) {
      // On its way, and where the other appliance owns it, there is nothing to be told here.
      const state = resources === undefined ? undefined : groupState(resources);
      if (state === undefined) last = undefined;
      const type = state === undefined ? undefined : told[state];
      if (resources === undefined || state === last || type === undefined) return;
      // Before anybody wished it so, offline is where each ownership begins.
      if (state === 'Offline' && resources.wanted === 'online') return;
      last = state;
      const reason = resourceKinds.map((kind) => resources.resources[kind].reason).join('');
      report(type, reason === '' ? {} : { reason });
    },
    jobsHeld(jobs) {
      report(jobs === 0 ? 'group-jobs-released' : 'group-jobs-held', { jobs });
    },
  };
}

type GroupEventType =
  | 'group-online'
  | 'group-offline'
  | 'group-failed'
  | 'group-jobs-held'
  | 'group-jobs-released';
