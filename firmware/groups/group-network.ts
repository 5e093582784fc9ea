// One group's network on this node: what its host asks for, done by the supervisor.
import type { GroupNetwork } from '../cluster/host/contract.ts';
import type { ClusterEvent } from '../cluster/contract/event.ts';
import type { Log } from '../log/log.ts';
import type { Term } from '../store/contract.ts';
import type { Wire } from '../supervisor/contract.ts';

export interface GroupNetworkOptions {
  readonly group: string;
  readonly wire: Wire;
  /** The supervisor knows the group. */
  readonly isSetUp: () => Promise<void>;
  readonly term: () => Term;
  readonly feed: (event: ClusterEvent) => void;
  /** The addresses are there; or why they are not. */
  readonly onAddress: (failure: string | undefined) => void;
  /** The addresses are gone: the group's listeners close. */
  readonly onFenced: () => void;
  readonly log: Log;
}

export interface RunningGroupNetwork extends GroupNetwork {
  stop(): void;
}

export function createGroupNetwork(options: GroupNetworkOptions): RunningGroupNetwork {
  const { group, wire, feed, log } = options;
  const stop = wire.onEvent((event) => {
    switch (event.kind) {
      case 'probe-answered': {
        const { kind, askedAtMs, by, of } = event;
        if (event.group === group) feed({ kind, askedAtMs, by, of });
        return;
      }
      case 'arbiter-replied':
      case 'carrier':
        feed(event);
        return;
      case 'taken-down':
        // The machine notices the end of its lease by itself, and fences.
        return;
    }
  });
  return {
    async renew(untilMs) {
      try {
        await options.isSetUp();
        await wire.renew(group, { untilMs, term: options.term() });
        options.onAddress(undefined);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        options.onAddress(message);
        log.info('the addresses could not be had', { group, message });
      }
    },
    hold: () => wire.hold(group),
    async fence() {
      await wire.fence(group);
      options.onFenced();
    },
    askArbiters: () => wire.askArbiters(),
    probe: () => wire.probe(group),
    reportConflict: () =>
      log.warn('another machine answers for an address of the group', { group }),
    stop,
  };
}
