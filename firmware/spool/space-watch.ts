// Looks at the spool's disk now and then, and tells when it becomes low and when it has room again.
import type { Clock, Files, Timer } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Events } from '../events/event.ts';

export interface SpaceWatchOptions {
  readonly files: Pick<Files, 'space'>;
  readonly clock: Clock;
  readonly events: Pick<Events, 'report'>;
  readonly spooler: string;
  readonly directory: string;
  /** Kept free for documents that are arriving. */
  readonly reserveBytes: number;
  /** Less than this beyond the reserve is low. */
  readonly lowBytes: number;
  readonly intervalMs: number;
}

export interface SpaceWatch {
  start(): void;
  stop(): void;
  /** While it is low: what people are told of it. */
  problem(): string | undefined;
}

export function createSpaceWatch(options: SpaceWatchOptions): SpaceWatch {
  const { clock, events, spooler } = options;
  let isLow = false;
  let lastBytes = 0;
  let timer: Timer | undefined;
  let stopped = false;

  const look = async (): Promise<void> => {
    const { freeBytes } = await options.files.space(options.directory);
    const availableBytes = Math.max(0, freeBytes - options.reserveBytes);
    lastBytes = availableBytes;
    // Half as much again before it has room: no telling to and fro.
    const bound = isLow ? options.lowBytes * 1.5 : options.lowBytes;
    if (availableBytes < bound === isLow) return;
    isLow = !isLow;
    const type = isLow ? 'spool-low' : 'spool-has-room';
    events.report({ type, at: clock.wall(), spooler, facts: { availableBytes } });
  };

  const lookLater = (delayMs: number) => {
    timer = clock.startTimer(delayMs, () => {
      void look()
        .catch((error: unknown) => {
          // A disk that can't be asked is told by those who write to it.
          if (!isHalError(error)) throw error;
        })
        .finally(() => {
          if (!stopped) lookLater(options.intervalMs);
        });
    });
  };

  return {
    start: () => lookLater(0),
    stop() {
      stopped = true;
      timer?.cancel();
    },
    problem: () => (isLow ? textOf(lastBytes) : undefined),
  };
}

function textOf(availableBytes: number): string {
  const advice = 'remove kept documents or keep fewer, and end jobs that nobody waits for';
  const mebibytes = Math.floor(availableBytes / (1024 * 1024));
  return mebibytes === 0
    ? `The spool's disk has no room for documents: ${advice}.`
    : `The spool's disk has room for ${mebibytes} MiB of documents only: ${advice}.`;
}
