// One group's addresses on this box: up while its lease runs, announced, and gone when it ends.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { LinkPort, NetworkAdmin, PlacedAddress } from '../../hal/network.ts';
import { clusterLimits } from '../limits/cluster-limits.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import type { Log } from '../log/log.ts';

export interface GroupWireOptions {
  readonly clock: Clock;
  readonly network: NetworkAdmin;
  readonly addresses: readonly PlacedAddress[];
  /** Packets are gated too, so the kernel may be given the shorter lifetime. */
  readonly gated: boolean;
  readonly link: (interfaceName: string) => LinkPort | undefined;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** The lease ended, and nobody had asked for that. */
  readonly onTakenDown: () => void;
}

/** Changes run one after the other; a renewal that is too late changes nothing. */
export interface GroupWire {
  /** Deletes what an earlier process may have left, and guards the addresses. */
  prepare(): Promise<void>;
  /** Rejects where the lease is over, or the kernel does not do it. */
  renew(untilMs: number): Promise<void>;
  /** New connections get no answer until it is taken down; where there is a gate. Never rejects. */
  hold(): Promise<void>;
  /** Nothing leaves from the addresses once it resolves. Never rejects. */
  takeDown(): Promise<void>;
  /** As takeDown, but resolves before sockets are destroyed: without address they are mute. */
  mute(): Promise<void>;
  readonly up: boolean;
}

export function createGroupWire(options: GroupWireOptions): GroupWire {
  const { clock, network, addresses, gated, log } = options;
  const names = addresses.map(({ address }) => address);
  const lifetimeMs = gated ? clusterLimits.gatedAddressLifetimeMs : clusterLimits.addressLifetimeMs;
  let up = false;
  let untilMs = -Infinity;
  let end: Timer | undefined;
  let announcing: Timer | undefined;
  let announced = 0;
  let queue: Promise<void> = Promise.resolve();
  let destroying: Promise<void> = Promise.resolve();

  const inOrder = (work: () => Promise<void>): Promise<void> => {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  };

  const announce = () => {
    for (const { address, interfaceName } of addresses) {
      options.link(interfaceName)?.announce(address);
    }
    announced += 1;
    announcing = clock.startTimer(announcementGap(announced), announce);
  };

  const leave = async (): Promise<void> => {
    end?.cancel();
    announcing?.cancel();
    untilMs = -Infinity;
    up = false;
    if (addresses.length === 0) return;
    if (gated) await attempt('close the gate', () => network.closeGate(names));
    for (const placed of addresses) {
      await attempt(`delete ${placed.address}`, () => network.deleteAddress(placed));
    }
    destroying = Promise.all(
      names.map((address) =>
        attempt(`destroy sockets of ${address}`, () => network.destroySockets(address)),
      ),
    ).then(() => undefined);
  };

  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.warn('the network did not do it', { what, error });
    }
  };

  const lapse = () => {
    if (clock.monotonicMs() < untilMs) return;
    log.info('a lease ended: its addresses are taken down', { addresses: names });
    void inOrder(leave).then(options.onTakenDown);
  };

  return {
    get up() {
      return up;
    },
    prepare: () =>
      inOrder(async () => {
        if (gated && names.length > 0) await attempt('guard', () => network.guard(names));
        await leave();
        await destroying;
      }),
    renew(nextMs) {
      // At once, so that no timer of the lease before takes down what is about to be renewed.
      untilMs = Math.max(untilMs, nextMs);
      return inOrder(async () => {
        await destroying;
        untilMs = Math.max(untilMs, nextMs);
        const leftMs = untilMs - clock.monotonicMs();
        if (leftMs <= 0) throw new Error('the lease is over');
        if (gated && names.length > 0) await network.openGate(names, leftMs);
        for (const placed of addresses) await network.renewAddress(placed, lifetimeMs);
        const restMs = untilMs - clock.monotonicMs();
        if (restMs <= 0) {
          await leave();
          throw new Error('the lease ended while the address was renewed');
        }
        end?.cancel();
        end = clock.startTimer(restMs, lapse);
        if (up) return;
        up = true;
        announced = 0;
        announcing?.cancel();
        announce();
      });
    },
    hold: () =>
      inOrder(async () => {
        if (gated && up) await attempt('hold connections', () => network.holdConnections(names));
      }),
    takeDown: () =>
      inOrder(async () => {
        await leave();
        await destroying;
      }),
    mute: () => inOrder(leave),
  };
}

/** 5, 5 more after 5 s, then one every 30 s. */
function announcementGap(announced: number): number {
  const { announcements, announcementGapMs, announceAgainMs, announceEveryMs } = supervisorLimits;
  if (announced === announcements) return announceAgainMs;
  return announced < 2 * announcements ? announcementGapMs : announceEveryMs;
}
