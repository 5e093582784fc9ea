// A dead box replaced by another one: the new identity pairs in its place, and the groups come back
// in step with all they had; then the group is removed, and nothing of it stays on either box.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { group } from '../../firmware/api/schemas/group.ts';
import { job } from '../../firmware/api/schemas/job.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { pairView } from '../../firmware/api/schemas/pair.ts';
import { startEmulator, whenReceivedCount } from '../../tools/up/platen.ts';
import { type Box, groupAt, ownerOf, pairBoxes, startBox, until } from './boxes.ts';
import { atEnd } from '../at-end.ts';

const loopback = ['cluster.loopbackIsNetwork=true'];
const printing = ['print', fileURLToPath(import.meta.url), '--printer', 'accounts/office'];

/** Rows of the group in the tables of a box that has stopped. */
function rowsOf({ data }: Box, spooler: string): Readonly<Record<string, number>> {
  const database = new DatabaseSync(join(data, 'platen.db'), { readOnly: true });
  const tables = ['records', 'logs', 'jobs', 'printers', 'registry_keys', 'memories'];
  const counts = tables.map((table) => {
    const row = database
      .prepare(`SELECT count(*) AS n FROM ${table} WHERE spooler = ?`)
      .get(spooler);
    return [table, Number(row?.['n'])] as const;
  });
  database.close();
  return Object.fromEntries(counts);
}

test('a new box takes the place of a dead one, and a removed group leaves nothing', async (t) => {
  const paper = await mkdtemp(join(tmpdir(), 'platen-paper-'));
  atEnd(t, () => rm(paper, { recursive: true, force: true }));
  const [a, b, c, device] = await Promise.all([
    startBox(t, loopback),
    startBox(t, loopback),
    startBox(t, loopback),
    startEmulator(paper),
  ]);
  atEnd(t, () => device.process.kill());
  await pairBoxes(a, b);
  await a.platen.run('group', 'create', 'accounts');
  const { owner: stays, other: dies } = await ownerOf(a, b);
  const port = ['port', 'add', 'accounts/lj', '--monitor', 'tcp', '--host', '127.0.0.1'];
  await stays.platen.run(...port, '--port-number', String(device.port));
  await stays.platen.run('printer', 'add', 'accounts/office', '--port', 'lj');
  const { peer } = await stays.api.get('/pair', pairView);
  assert.ok(peer !== undefined);
  await stays.platen.run('group', 'settings', 'accounts', '--preferred-owner', peer.nodeId);
  await stays.platen.run(...printing);
  await whenReceivedCount(device, 1);
  const held: unknown = JSON.parse(await stays.platen.run(...printing, '--hold', '--json'));
  const { id: heldId } = job.parse(held);
  await dies.platen.process.kill();

  await t.test('paired in its place, the group is in step', async () => {
    const shown = await stays.platen.run('pair', 'show-code', '--replace');
    const code = shown.split('\n')[0] ?? '';
    const where = ['127.0.0.1', code, '--port', String(stays.channelPort)];
    assert.match(await c.platen.run('pair', 'join', ...where), /^Paired with /);
    await until(
      () => c.api.get('/groups', pageOf(group)),
      ({ items }) => items.length === 1,
    );
    const { owner, other } = await ownerOf(stays, c);
    assert.equal(owner.data, stays.data);
    assert.equal(other.data, c.data);
    const { nodeId } = await c.api.get('/pair', pairView);
    assert.equal((await groupAt(c)).preferredOwner, nodeId);
  });

  await t.test('it has what was waiting, and prints it once the group has moved', async () => {
    await stays.platen.run('group', 'move', 'accounts');
    const { owner } = await ownerOf(stays, c);
    assert.equal(owner.data, c.data);
    await until(
      () => groupAt(c),
      ({ state }) => state === 'Online',
    );
    await c.platen.run('job', 'release', heldId);
    await whenReceivedCount(device, 2);
  });

  await t.test('removed, nothing of it stays on either', async () => {
    const { id } = await groupAt(c);
    await c.platen.run('group', 'offline', 'accounts');
    await c.platen.run('group', 'remove', 'accounts');
    for (const box of [stays, c]) {
      await assert.rejects(box.platen.run('group', 'show', 'accounts'), /there is no group/i);
    }
    assert.equal(await c.platen.process.stop(), 0);
    assert.equal(await stays.platen.process.stop(), 0);
    const nothing = {
      records: 0,
      logs: 0,
      jobs: 0,
      printers: 0,
      registry_keys: 0,
      memories: 0,
    };
    assert.deepEqual([rowsOf(stays, id), rowsOf(c, id)], [nothing, nothing]);
  });
});
