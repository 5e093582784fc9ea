// Two appliances as processes on one machine: started, paired by the command line, and asked.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { group } from '../../firmware/api/schemas/group.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { pairView } from '../../firmware/api/schemas/pair.ts';
import type { GroupView } from '../../firmware/api/types.ts';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { sleep, startDeadline } from '../../hal/time.ts';
import { type Platen, startPlaten } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { atEnd } from '../at-end.ts';

export interface Box {
  readonly platen: Platen;
  readonly api: ReturnType<typeof createApiClient>;
  readonly channelPort: number;
  /** Its data folder. */
  readonly data: string;
  readonly settings: readonly string[];
}

/** `prepare` puts something into the data folder before the start. */
export async function startBox(
  t: TestContext,
  settings: readonly string[] = [],
  prepare?: (data: string) => Promise<void>,
): Promise<Box> {
  const data = await mkdtemp(join(tmpdir(), 'platen-box-'));
  atEnd(t, () => rm(data, { recursive: true, force: true }));
  await prepare?.(data);
  const [beatPort, channelPort] = [await freePort(), await freePort()];
  const all = [
    'listen.http=0',
    'listen.lpd=0',
    'listen.raw=0',
    `listen.mqtt=${beatPort}`,
    `listen.pair=${channelPort}`,
    ...settings,
  ];
  const platen = await startPlaten(platenFromSources, data, all);
  atEnd(t, () => platen.process.kill());
  const api = createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
  const box = { platen, api, channelPort, data, settings: all };
  started.push(box);
  return box;
}

/** A box that has ended comes back, with its data and at its ports. */
export async function startAgain(t: TestContext, box: Box): Promise<Box> {
  const platen = await startPlaten(platenFromSources, box.data, box.settings);
  atEnd(t, () => platen.process.kill());
  const again = { ...box, platen };
  started.push(again);
  return again;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(bound !== null && typeof bound !== 'string');
  return bound.port;
}

/** Far longer than anything here takes on a busy machine, and less than a test has. */
const patienceMs = 120_000;
/** Often enough to cost no time, and seldom enough to leave the boxes theirs. */
const askEveryMs = 25;
const logLines = 60;

const clock = createLinuxClock({ wallTrusted: () => true });
/** Of this file's test: what a wait that has no end shows. */
const started: Box[] = [];

/**
 * Asks again and again: the processes tell nobody when they are so far. What never comes is told
 * with the last answer and what the boxes logged.
 */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  what = String(holds),
): Promise<T> {
  using deadline = startDeadline(clock, patienceMs);
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (deadline.expired) throw new Error(stalled(what, answer));
    await sleep(clock, askEveryMs);
  }
}

function stalled(what: string, answer: unknown): string {
  const logs = started.map(({ data, platen }) => {
    const lines = platen.process.errors().trimEnd().split('\n').slice(-logLines);
    return `${data} logged:\n${lines.join('\n')}`;
  });
  const last = inspect(answer, { depth: 8 });
  return [`waited ${patienceMs / 1_000} s for ${what}; the last answer: ${last}`, ...logs].join(
    '\n',
  );
}

export async function pairBoxes(a: Box, b: Box): Promise<void> {
  const code = (await a.platen.run('pair', 'show-code')).split('\n')[0] ?? '';
  const join1 = ['pair', 'join', '127.0.0.1', code, '--port', String(a.channelPort)];
  assert.match(await b.platen.run(...join1), /^Paired with /);
  for (const { api } of [a, b]) {
    await until(
      () => api.get('/pair', pairView),
      ({ peer, link }) => peer?.connected === true && link.outgoing && link.incoming,
      'the two to meet',
    );
  }
}

/** The only group, as a box sees it. */
export async function groupAt(box: Box): Promise<GroupView> {
  const [found] = (await box.api.get('/groups', pageOf(group))).items;
  assert.ok(found !== undefined);
  return found;
}

/** Once both know who owns the group, and it is in step. */
export async function ownerOf(
  a: Box,
  b: Box,
): Promise<{ readonly owner: Box; readonly other: Box }> {
  const [here] = await until(
    () => Promise.all([groupAt(a), groupAt(b)]),
    (views) => views.every(({ owner, mode }) => owner !== undefined && mode === 'in-step'),
    'both to know the owner, in step',
  );
  return here.ownedHere ? { owner: a, other: b } : { owner: b, other: a };
}
