// Meeting: what needs both appliances waits for them to connect and to name one witness.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMeeting } from '../../firmware/pair/meeting.ts';
import { pairLimits } from '../../firmware/limits/pair-limits.ts';
import { VirtualClock } from '../world/clock.ts';

const witness = { address: '10.0.0.9', port: 1883, tls: undefined, login: undefined };

function subject() {
  const clock = new VirtualClock();
  const link = { connected: false };
  const meeting = createMeeting({ clock, connected: () => link.connected });
  return { clock, link, meeting, signal: new AbortController().signal };
}

describe('the meeting of the pair', () => {
  test('waits until both are connected and name the same witness', async () => {
    const { link, meeting, signal } = subject();
    const ready = meeting.ready(signal);
    link.connected = true;
    meeting.heard('none', witness);
    meeting.parted();
    meeting.heard('10.0.0.9 1883', witness);
    assert.equal(await ready, undefined);
  });

  test('a release that says nothing of its witness agrees', async () => {
    const { link, meeting, signal } = subject();
    link.connected = true;
    meeting.heard(undefined, witness);
    assert.equal(await meeting.ready(signal), undefined);
  });

  test('says what is wrong when the time is over', async () => {
    const { clock, link, meeting, signal } = subject();
    const alone = meeting.ready(signal);
    await clock.advance(pairLimits.meetMs + 1);
    assert.match(JSON.stringify(await alone), /the other one is not connected/);
    link.connected = true;
    meeting.heard('none', witness);
    const apart = meeting.ready(signal);
    await clock.advance(pairLimits.meetMs + 1);
    assert.match(JSON.stringify(await apart), /name different witnesses/);
  });
});
