// Two appliances as processes: paired by the command line, a group made on both, an owner found,
// and either box asked.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { group } from '../../firmware/api/schemas/group.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { pairView } from '../../firmware/api/schemas/pair.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { type Platen, startPlaten } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';

interface Box {
  readonly platen: Platen;
  readonly api: ReturnType<typeof createApiClient>;
  readonly channelPort: number;
}

async function startBox(t: TestContext): Promise<Box> {
  const data = await mkdtemp(join(tmpdir(), 'platen-box-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  const [beatPort, channelPort] = [await freePort(), await freePort()];
  const platen = await startPlaten(platenFromSources, data, [
    'listen.http=0',
    'listen.lpd=0',
    'listen.raw=0',
    `listen.mqtt=${beatPort}`,
    `listen.pair=${channelPort}`,
  ]);
  t.after(() => platen.process.kill());
  const api = createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
  return { platen, api, channelPort };
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

/** Asks again and again: the processes tell nobody when they are so far. */
async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
  }
}

describe('two appliances', () => {
  test('pair by code, make a group, and either answers for it', async (t) => {
    const [a, b] = await Promise.all([startBox(t), startBox(t)]);
    const code = (await a.platen.run('pair', 'show-code')).split('\n')[0] ?? '';
    const join1 = ['pair', 'join', '127.0.0.1', code, '--port', String(a.channelPort)];
    assert.match(await b.platen.run(...join1), /^Paired with /);
    for (const { api } of [a, b]) {
      await until(
        () => api.get('/pair', pairView),
        ({ peer, link }) => peer?.connected === true && link.outgoing && link.incoming,
      );
    }
    await a.platen.run('group', 'create', 'accounts');
    await assert.rejects(a.platen.run('group', 'create', 'Accounts'), /name of another group/);
    const body = { name: 'two', spoolers: ['one', 'other'] };
    await assert.rejects(
      b.api.send('POST', '/groups', body, group),
      /2 Print Spooler resources: a group has exactly one/,
    );
    const listed = (box: Box) => box.api.get('/groups', pageOf(group));
    const owned = await until(
      () => Promise.all([listed(a), listed(b)]),
      (lists) => lists.every(({ items }) => items[0]?.owner !== undefined),
    );
    const [here] = owned[0].items;
    const [owner, other] = here?.ownedHere === true ? [a, b] : [b, a];
    const anyPrinter = { name: 'office', spooler: 'accounts' };
    const made = await until(
      () => other.api.send('POST', '/printers', anyPrinter, printer).catch(() => undefined),
      (answer) => answer !== undefined,
    );
    assert.equal(made?.name, 'office');
    const seen = await owner.api.get('/printers/accounts%2Foffice', printer);
    assert.equal(seen.id, made?.id);
    const asked = await other.api.get('/printers/accounts%2Foffice', printer);
    assert.equal(asked.id, made?.id);
    const usb = { name: 'P1' };
    await assert.rejects(
      other.api.send('POST', '/monitors/usb/xcv/AddPort?spooler=accounts', usb, z.unknown()),
      /"usb" can't serve group "accounts"/,
    );
    await assert.rejects(a.platen.run('pair', 'unpair'), /the pair has groups/i);
    await a.platen.run('pair', 'unpair', '--force');
    await until(
      () => b.api.get('/pair', pairView),
      ({ peer }) => peer?.relation === 'unpaired',
    );
  });
});
