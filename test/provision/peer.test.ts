// A new box pairs with the other one that its provision.toml means.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from '../../firmware/errors/codes.ts';
import { pairingLimits } from '../../firmware/limits/pairing-limits.ts';
import { provisionLimits } from '../../firmware/limits/provision-limits.ts';
import { createLog } from '../../firmware/log/log.ts';
import { type PeerOptions, pairAsProvisioned } from '../../firmware/provision/peer.ts';
import { readProvision } from '../../firmware/provision/read.ts';
import { settle, VirtualClock } from '../world/clock.ts';

const code = 'K7QM-2XWD';
const notYet = refused('forbidden', 'no pairing code is shown');

function makeRoom(join: PeerOptions['pair']['join']) {
  const clock = new VirtualClock();
  const shown: (string | undefined)[] = [];
  const problems: string[] = [];
  const options: PeerOptions = {
    clock,
    log: createLog({ level: 'error', clock, destination: { write: () => undefined } }),
    onProblem: (problem) => void problems.push(problem),
    pair: {
      membership: () => ({ generation: 0, peer: undefined, secret: undefined, witness: undefined }),
      async showCode(request) {
        shown.push(request.code);
        return { kind: 'done', code, secondsLeft: 600, attemptsLeft: 5 };
      },
      join,
    },
  };
  return { clock, shown, problems, options };
}

const never = async () => notYet;
const alive = () => new AbortController().signal;

describe('the peer of provision.toml', () => {
  test('without a host the box shows the code that it was given', async () => {
    const { shown, problems, options } = makeRoom(never);
    await pairAsProvisioned({ code, port: 8_884 }, options, alive());
    assert.deepEqual([shown, problems], [[code], []]);
  });

  test('with a host it joins, until the other box is there', async () => {
    let tries = 0;
    const { clock, problems, options } = makeRoom(async ({ host }) => {
      assert.equal(host, 'desk-2.local');
      tries += 1;
      if (tries < 3) return notYet;
      const place = { address: '192.0.2.8', beatPort: 8_883, channelPort: 8_884 };
      const peer = { nodeId: 'b', publicKey: new Uint8Array(), pin: 'p', name: 'desk-2', place };
      return { kind: 'done', peer };
    });
    const paired = pairAsProvisioned({ host: 'desk-2.local', port: 8_884, code }, options, alive());
    await settle();
    for (let at = 0; at < 2; at += 1) await clock.advance(provisionLimits.joinEveryMs);
    await paired;
    assert.deepEqual([tries, problems], [3, []]);
  });

  test('who never comes is told on the page once the code is over', async () => {
    const { clock, problems, options } = makeRoom(never);
    const over = pairAsProvisioned({ host: 'gone', port: 8_884, code }, options, alive());
    await settle();
    const steps = pairingLimits.codeLifeMs / provisionLimits.joinEveryMs;
    for (let at = 0; at < steps; at += 1) await clock.advance(provisionLimits.joinEveryMs);
    await over;
    assert.deepEqual(problems, ['provision.toml: peer: no pairing code is shown']);
  });

  test('a stop ends the looking, and is no problem', async () => {
    const { problems, options } = makeRoom(never);
    const stopping = new AbortController();
    const over = pairAsProvisioned({ host: 'gone', port: 8_884, code }, options, stopping.signal);
    await settle();
    stopping.abort();
    await over;
    assert.deepEqual(problems, []);
  });

  test('a code that can be none is told with its line', () => {
    const read = readProvision(Buffer.from('[peer]\nhost = "desk-2"\ncode = "IO-1"\n'));
    assert.equal(read.kind, 'wrong');
    assert.match(read.problems.join(), /provision\.toml:3: peer\.code is no pairing code/);
  });
});
