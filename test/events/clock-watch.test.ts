// The wall clock under watch: jumps and trust are told once each, drift and rest are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchClock } from '../../firmware/events/clock-watch.ts';
import type { EventDraft } from '../../firmware/events/event.ts';
import { VirtualClock } from '../world/clock.ts';

const dayMs = 86_400_000;

test('jumps and trust are told, once each; a day without them tells nothing', async () => {
  const clock = new VirtualClock();
  const events: EventDraft[] = [];
  const watch = watchClock({
    clock,
    spooler: 'local',
    report: (event) => void events.push(event),
    log: { warn: () => undefined },
  });
  await clock.advance(dayMs);
  assert.deepEqual(events, []);
  clock.setWall(clock.wall().ms + dayMs);
  await clock.advance(60_000);
  clock.setWall(clock.wall().ms - 2 * dayMs);
  await clock.advance(60_000);
  clock.distrustWall();
  await clock.advance(dayMs);
  assert.deepEqual(
    events.map(({ facts }) => [facts['byMs'], facts['trusted']]),
    [
      [dayMs, true],
      [-2 * dayMs, true],
      [0, false],
    ],
  );
  watch.stop();
  clock.setWall(0);
  await clock.advance(dayMs);
  assert.equal(events.length, 3);
});
