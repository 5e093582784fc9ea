// The pair of an appliance: a link whose port another program has is tried again, and the groups
// begin anew with it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstTerm } from '../../firmware/cluster/term.ts';
import { pairLimits } from '../../firmware/limits/pair-limits.ts';
import { createLog } from '../../firmware/log/log.ts';
import type { FromPairThread } from '../../firmware/pair/contract.ts';
import { openMembership } from '../../firmware/pair/membership.ts';
import { startPairRoom } from '../../firmware/pair/pair-room.ts';
import { openStore } from '../../firmware/store/store.ts';
import { VirtualClock } from '../world/clock.ts';
import { address, asPeer, hal, makeEnd, secret } from './rig.ts';
import { atEnd } from '../at-end.ts';

test('a link that can’t be had is tried again, told once; groups begin anew with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-room-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const [own, other] = [await makeEnd(t), await makeEnd(t)];
  const { files } = hal;
  const membership = await openMembership({ files, path: join(folder, 'pair.json') });
  const peer = asPeer(other);
  await membership.change((before) => ({ ...before, generation: 1, peer, secret }));
  const clock = new VirtualClock();
  const logged: string[] = [];
  const log = createLog({
    level: 'error',
    clock,
    destination: { write: (line: string) => void logged.push(line) },
  });
  const store = await openStore({
    files,
    databases: hal.databases,
    dataDirectory: folder,
    spoolDirectory: folder,
  });
  atEnd(t, () => store.close());
  let attempts = 0;
  let tell: (message: FromPairThread) => void = () => undefined;
  const room = await startPairRoom({
    hal: { ...hal, clock },
    identity: own.identity,
    membership,
    store,
    spooler: 'local',
    term: () => firstTerm(0),
    version: '0',
    listen: { address, beat: own.port, channel: 0 },
    datagrams: false,
    urgency: 'ordinary',
    onThreadLost: assert.fail,
    log,
    spawnThread: () => ({
      post(message) {
        if (message.kind !== 'membership') return;
        attempts += 1;
        if (attempts < 3) tell({ kind: 'failed', message: 'EADDRINUSE' });
        else tell({ kind: 'ready', beatPort: own.port });
      },
      onMessage: (listener) => void (tell = listener),
      onEnd: () => undefined,
      close: () => undefined,
    }),
  });
  atEnd(t, () => room.stop());
  let anew = 0;
  room.onMembership(() => void (anew += 1));
  assert.equal(attempts, 1);
  for (let times = 0; times < 4; times += 1) await clock.advance(pairLimits.relinkMs);
  assert.deepEqual({ attempts, anew }, { attempts: 3, anew: 2 });
  assert.equal(logged.filter((line) => line.includes('EADDRINUSE')).length, 1);
});
