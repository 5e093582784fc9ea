// A group's certificate is told to its log until the log has it, or the ownership is over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareCertificate } from '../../firmware/groups/certificate-sharing.ts';
import { groupLimits } from '../../firmware/limits/group-limits.ts';
import { VirtualClock } from '../world/clock.ts';

function sharing(note: (attempt: number) => Promise<void>) {
  const clock = new VirtualClock();
  const state = { attempts: 0, wanted: true };
  const told = shareCertificate({
    clock,
    log: { warn: () => undefined },
    note: () => {
      state.attempts += 1;
      return note(state.attempts);
    },
    wanted: () => state.wanted,
  });
  return { clock, state, told };
}

const lapse = () => Promise.reject(new Error('no lease'));

test('a lapse while it is told costs a second, and not the certificate', async () => {
  const { clock, state, told } = sharing((attempt) => (attempt < 3 ? lapse() : Promise.resolve()));
  await told;
  assert.equal(state.attempts, 1);
  await clock.advance(groupLimits.certificateAgainMs);
  await clock.advance(groupLimits.certificateAgainMs);
  assert.equal(state.attempts, 3);
  await clock.advance(60_000);
  assert.equal(state.attempts, 3);
});

test('a log that does not answer keeps no client waiting, and is told again', async () => {
  const { clock, state, told } = sharing(() => new Promise(() => undefined));
  await clock.advance(groupLimits.certificateMs);
  await told;
  await clock.advance(groupLimits.certificateAgainMs);
  assert.equal(state.attempts, 2);
});

test('an ownership that is over tells nothing any more', async () => {
  const { clock, state, told } = sharing(lapse);
  await told;
  state.wanted = false;
  await clock.advance(60_000);
  assert.equal(state.attempts, 1);
});
