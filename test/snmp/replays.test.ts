// The memory of messages that were taken: what it knows, how long, and how much.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createReplays } from '../../firmware/snmp/replays.ts';
import { snmpLimits } from '../../firmware/limits/snmp-limits.ts';

const macOf = (number: number) => Uint8Array.from([number >> 16, number >> 8, number, 0]);
const message = (number: number, timeSeconds = 0, userName = 'a') => ({
  userName,
  mac: macOf(number),
  timeSeconds,
});

describe('messages that were taken', () => {
  test('one counts once for its user, within the window', () => {
    const replays = createReplays();
    assert.equal(replays.take(message(1), 0), 'new');
    assert.equal(replays.take(message(1), 0), 'repeated');
    assert.equal(replays.take(message(1), snmpLimits.timeWindowSeconds), 'repeated');
    assert.equal(replays.take(message(2), 0), 'new');
    assert.equal(replays.take(message(1, 0, 'b'), 0), 'new');
  });

  test('a full memory gives up its oldest second, and takes nothing more of it', () => {
    const replays = createReplays();
    assert.equal(replays.take(message(0, 5), 5), 'new');
    assert.equal(replays.take(message(0, 6), 6), 'new');
    for (let number = 1; number < snmpLimits.rememberedMessages; number += 1) {
      assert.equal(replays.take(message(number, 7), 7), 'new');
    }
    assert.equal(replays.take(message(0, 5), 7), 'too-old');
    assert.equal(replays.take(message(99, 5), 7), 'too-old');
    assert.equal(replays.take(message(0, 6), 7), 'repeated');
    assert.equal(replays.take(message(99, 8), 8), 'new');
  });

  test('messages that claim to come from later shut out their own user alone', () => {
    const replays = createReplays();
    for (let number = 0; number <= snmpLimits.rememberedMessages; number += 1) {
      replays.take(message(number, number % 2 === 0 ? 149 : 150), 0);
    }
    assert.equal(replays.take(message(1, 0), 0), 'too-old');
    assert.equal(replays.take(message(1, 0, 'b'), 0), 'new');
  });
});
