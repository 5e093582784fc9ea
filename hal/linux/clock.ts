// The machine's clock: monotonic time that counts through sleep, wall time with its trust, and
// timers.
import { uptime } from 'node:os';
import type { Clock } from '../contract.ts';

export interface LinuxClockOptions {
  /** Whether NTP or an administrator has set the wall clock since boot. */
  readonly wallTrusted: () => boolean;
}

// os.uptime has steps of 10 ms and is read a moment after the other clock; real sleeps are longer.
const leastSleepMs = 500;

// os.uptime reads a file of /proc each time. The wall clock goes on through a sleep too: while it
// keeps step with the exact one there was none, unless somebody set it back by just as much.
const wallStepMs = 100;
const longestUnaskedMs = 1_000;

/**
 * Node reads CLOCK_MONOTONIC exactly, which stands still while the machine sleeps, and
 * CLOCK_BOOTTIME, which does not, in steps of 10 ms (os.uptime). The exact one counts; the gap
 * between the two is the time slept since boot and is added. All threads and processes of a machine
 * agree to that step.
 */
export function createLinuxClock({ wallTrusted }: LinuxClockOptions): Clock {
  const gapMs = (awakeMs: number) => uptime() * 1000 - awakeMs;
  // A container may be shown the uptime of its own; that is no sleep.
  const noSleepGapMs = Math.min(0, gapMs(awakeSinceBootMs()));
  let sleptMs = 0;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let wallAheadMs = 0;

  const mayHaveSlept = (awakeMs: number): boolean => {
    const aheadMs = Date.now() - awakeMs;
    const isStep = Math.abs(aheadMs - wallAheadMs) > wallStepMs;
    if (!isStep && awakeMs - askedAtMs < longestUnaskedMs) return false;
    askedAtMs = awakeMs;
    wallAheadMs = aheadMs;
    return true;
  };

  return {
    monotonicMs() {
      const awakeMs = awakeSinceBootMs();
      if (mayHaveSlept(awakeMs)) {
        const gapGrownMs = gapMs(awakeMs) - noSleepGapMs;
        if (gapGrownMs - sleptMs > leastSleepMs) sleptMs = gapGrownMs;
      }
      return awakeMs + sleptMs;
    },
    wall: () => ({ ms: Date.now(), trusted: wallTrusted() }),
    startTimer(delayMs, callback) {
      const dueMs = awakeSinceBootMs() + delayMs;
      const fire = () => {
        // Node's timers count whole milliseconds and may come a fraction of one too early.
        if (awakeSinceBootMs() < dueMs) handle = setTimeout(fire, 1);
        else callback();
      };
      let handle = setTimeout(fire, delayMs);
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

function awakeSinceBootMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
