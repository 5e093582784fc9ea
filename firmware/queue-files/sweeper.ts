// Takes away contents that no queue names any more: at the start, and a while after one was let go,
// since two logs of a group that grew apart may yet bring it back.
import type { Clock, Timer } from '../../hal/contract.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { Store } from '../store/contract.ts';
import type { FileContents } from './contents.ts';

export interface SweeperOptions {
  readonly contents: Pick<FileContents, 'sweep'>;
  readonly store: Pick<Store, 'query'>;
  readonly clock: Pick<Clock, 'startTimer'>;
  readonly log: {
    info(message: string, facts: Readonly<Record<string, number>>): void;
    warn(message: string, facts: Readonly<Record<string, unknown>>): void;
  };
}

export interface Sweeper {
  /** Never rejects: what is left is taken the next time. */
  sweep(): Promise<void>;
  /** Something may have become unused. */
  later(): void;
  stop(): void;
}

export function createSweeper({ contents, store, clock, log }: SweeperOptions): Sweeper {
  let timer: Timer | undefined;
  let stopped = false;
  const inUse = async () => {
    const used = await store.query('files.in-use', {});
    return new Set(used.map(({ digest }) => digest));
  };
  const sweep = async (): Promise<void> => {
    timer?.cancel();
    timer = undefined;
    try {
      const { removed } = await contents.sweep(inUse);
      if (removed > 0) log.info('contents that no queue names were removed', { removed });
    } catch (error) {
      log.warn('contents that no queue names could not be removed', { error });
    }
  };
  return {
    sweep,
    later() {
      if (stopped) return;
      timer ??= clock.startTimer(limits.sweepAfterMs, () => void sweep());
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
