// IPP channels between two exchanges: they stay open for a moment, with what listens on them.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { IppChannel } from './channel.ts';
import { usbMonitorLimits as limits } from './limits.ts';

export interface ParkedChannel {
  readonly channel: IppChannel;
  /** Of the interface, in this plugging. */
  readonly name: string;
  readonly plugging: string;
  /** On whose behalf it was opened: others may not use it, for it ends with him. */
  readonly owner: string;
}

export interface ChannelPool {
  park(parked: ParkedChannel): void;
  take(name: string, owner: string): IppChannel | undefined;
  /** Closes those that are so; false where there were none. */
  release(which: (parked: ParkedChannel) => boolean): Promise<boolean>;
}

export function createChannelPool(clock: Clock): ChannelPool {
  const parked = new Map<ParkedChannel, Timer>();
  const unpark = (one: ParkedChannel) => {
    parked.get(one)?.cancel();
    parked.delete(one);
  };
  return {
    park(one) {
      const timer = clock.startTimer(limits.parkedMs, () => {
        parked.delete(one);
        void one.channel.usbInterface.close();
      });
      parked.set(one, timer);
    },
    take(name, owner) {
      const found = [...parked.keys()].find((one) => one.name === name && one.owner === owner);
      if (found !== undefined) unpark(found);
      return found?.channel;
    },
    async release(which) {
      const found = [...parked.keys()].filter(which);
      for (const one of found) unpark(one);
      await Promise.all(found.map(({ channel }) => channel.usbInterface.close()));
      return found.length > 0;
    },
  };
}
