// Tells when the wall clock jumps or becomes trusted: holds, retention and the times in the history
// follow it.
import type { Clock, Timer } from '../../hal/contract.ts';
import { troubleLimits } from '../limits/trouble-limits.ts';
import type { EventDraft } from './event.ts';

export interface ClockWatch {
  stop(): void;
}

export function watchClock(options: {
  readonly clock: Clock;
  readonly spooler: string;
  readonly report: (event: EventDraft) => void;
  readonly log: {
    warn(message: string, facts: Readonly<Record<string, number | boolean>>): void;
  };
}): ClockWatch {
  const { clock, spooler } = options;
  let before = { wall: clock.wall(), monotonicMs: clock.monotonicMs() };
  let timer: Timer;

  const look = () => {
    const now = { wall: clock.wall(), monotonicMs: clock.monotonicMs() };
    const passedMs = now.monotonicMs - before.monotonicMs;
    const byMs = Math.round(now.wall.ms - before.wall.ms - passedMs);
    const { trusted } = now.wall;
    if (Math.abs(byMs) > troubleLimits.clockJumpMs || trusted !== before.wall.trusted) {
      options.log.warn('the wall clock jumped or was set', { byMs, trusted });
      options.report({ type: 'clock-jumped', at: now.wall, spooler, facts: { byMs, trusted } });
    }
    before = now;
    timer = clock.startTimer(troubleLimits.clockLookMs, look);
  };

  timer = clock.startTimer(troubleLimits.clockLookMs, look);
  return { stop: () => timer.cancel() };
}
