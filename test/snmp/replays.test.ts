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
    const { take } = createReplays();
    assert.equal(take(message(1), 0), 'new');
    assert.equal(take(message(1), 0), 'repeated');
    assert.equal(take(message(1), snmpLimits.timeWindowSeconds), 'repeated');
    assert.equal(take(message(2), 0), 'new');
    assert.equal(take(message(1, 0, 'b'), 0), 'new');
  });

  test('a full memory gives up its oldest second, and takes nothing more of it', () => {
    const { take } = createReplays();
    assert.equal(take(message(0, 5), 5), 'new');
    assert.equal(take(message(0, 6), 6), 'new');
    for (let number = 1; number < snmpLimits.rememberedMessages; number += 1) {
      assert.equal(take(message(number, 7), 7), 'new');
    }
    assert.equal(take(message(0, 5), 7), 'too-old');
    assert.equal(take(message(99, 5), 7), 'too-old');
    assert.equal(take(message(0, 6), 7), 'repeated');
    assert.equal(take(message(99, 8), 8), 'new');
  });

  test('messages that claim to come from later shut out their own user alone', () => {
    const { take } = createReplays();
    for (let number = 0; number <= snmpLimits.rememberedMessages; number += 1) {
      take(message(number, number % 2 === 0 ? 149 : 150), 0);
    }
    assert.equal(take(message(1, 0), 0), 'too-old');
    assert.equal(take(message(1, 0, 'b'), 0), 'new');
  });
});
