// A group's machine as its host uses it, while it runs in the pair's thread.
import type { GroupMachine, MachineStart } from '../cluster/host/contract.ts';
import type { GroupView, PairThread } from '../pair/contract.ts';

export function startThreadMachine(
  thread: PairThread,
  group: string,
  { config, durable, log, perform, onView }: MachineStart,
): GroupMachine {
  let stopped = false;
  const { lease } = thread.startGroup({
    group,
    config,
    durable,
    log,
    perform: (effect) => {
      if (!stopped) perform(effect);
    },
  });
  const stopWatching = thread.onView((of) => {
    if (of === group && !stopped) onView();
  });
  /** Until the thread has said anything. */
  const before: GroupView = {
    role: 'boot',
    term: durable.term,
    mode: 'outdated',
    owner: undefined,
    leaseBy: 'none',
    alone: false,
    lapses: 0,
  };
  return {
    feed: (event) => thread.event(group, event),
    live: (term) => !stopped && lease.live(term),
    get view() {
      return thread.view(group) ?? before;
    },
    stop() {
      stopped = true;
      stopWatching();
      thread.stopGroup(group);
    },
  };
}
