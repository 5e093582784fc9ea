// Planned work with a group on two appliances as processes: offline and online, policies, moves,
// the certificate that clients see, and a box that leaves in order.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { certificate } from '../../firmware/api/schemas/certificate.ts';
import { startEmulator, whenReceivedCount } from '../../tools/up/platen.ts';
import { type Box, groupAt, ownerOf, pairBoxes, startBox, until } from './boxes.ts';
import { atEnd } from '../at-end.ts';

const loopback = ['cluster.loopbackIsNetwork=true'];
const printing = ['print', fileURLToPath(import.meta.url), '--printer', 'accounts/office'];

function pinAt({ api }: Box): Promise<string> {
  return api.get('/certificates/accounts', certificate).then(({ pin }) => pin);
}

test('a group goes offline and online, moves and is left, asked at either box', async (t) => {
  const paper = await mkdtemp(join(tmpdir(), 'platen-paper-'));
  atEnd(t, () => rm(paper, { recursive: true, force: true }));
  const [a, b, device] = await Promise.all([
    startBox(t, loopback),
    startBox(t, loopback),
    startEmulator(paper),
  ]);
  atEnd(t, () => device.process.kill());
  await pairBoxes(a, b);
  await a.platen.run('group', 'create', 'accounts');
  const { owner, other } = await ownerOf(a, b);
  const port = ['port', 'add', 'accounts/lj', '--monitor', 'tcp', '--host', '127.0.0.1'];
  await other.platen.run(...port, '--port-number', String(device.port));
  await owner.platen.run('printer', 'add', 'accounts/office', '--port', 'lj');

  await t.test('the certificate of the group is the same on both', async () => {
    const pin = await pinAt(owner);
    assert.equal(
      await until(
        () => pinAt(other).catch(() => ''),
        (seen) => seen !== '',
      ),
      pin,
    );
  });

  await t.test('policies change under a group that goes on', async () => {
    const { term } = await groupAt(owner);
    await other.platen.run('group', 'settings', 'accounts', '--job-completion', '5');
    const after = await until(
      () => groupAt(owner),
      ({ policy }) => policy.jobCompletionMs === 5_000,
    );
    assert.deepEqual([after.term, after.state], [term, 'Online']);
  });

  await t.test('offline, asked at the other box, then online', async () => {
    await other.platen.run('group', 'offline', 'accounts');
    assert.equal((await groupAt(owner)).state, 'Offline');
    await assert.rejects(
      owner.platen.run(...printing),
      /"accounts" is offline: platen group online accounts/,
    );
    await other.platen.run('group', 'online', 'accounts');
    assert.equal((await groupAt(owner)).state, 'Online');
  });

  await t.test('moved while it is offline it stays offline', async () => {
    await owner.platen.run('group', 'offline', 'accounts');
    await owner.platen.run('group', 'move', 'accounts');
    const moved = await ownerOf(a, b);
    assert.equal(moved.owner, other);
    assert.equal((await groupAt(moved.owner)).state, 'Offline');
    await moved.owner.platen.run('group', 'online', 'accounts');
  });

  await t.test('moved, clients see the same certificate, and it prints', async () => {
    const before = await ownerOf(a, b);
    const pin = await pinAt(before.owner);
    await before.owner.platen.run('group', 'move', 'accounts');
    const moved = await ownerOf(a, b);
    assert.equal(moved.owner, before.other);
    await until(
      () => groupAt(moved.owner),
      ({ state }) => state === 'Online',
    );
    assert.equal(await pinAt(moved.owner), pin);
    await moved.owner.platen.run(...printing);
    await whenReceivedCount(device, 1);
  });

  await t.test('a box that stops hands its groups over first', async () => {
    const { owner: leaving, other: staying } = await ownerOf(a, b);
    assert.equal(await leaving.platen.process.stop(), 0);
    const after = await until(
      () => groupAt(staying),
      ({ ownedHere }) => ownedHere,
    );
    assert.equal(after.owner !== undefined, true);
    await until(
      () => groupAt(staying),
      ({ state }) => state === 'Online',
    );
  });

  await t.test('exposed: refuse takes no job alone, and says why', async () => {
    const [staying] = await Promise.all(
      [a, b].map(async (box) => ((await groupAt(box).catch(() => undefined)) ? box : undefined)),
    ).then((boxes) => boxes.filter((box) => box !== undefined));
    assert.ok(staying !== undefined);
    await staying.platen.run('group', 'settings', 'accounts', '--exposed', 'refuse');
    await until(
      () => groupAt(staying),
      ({ mode }) => mode === 'exposed',
    );
    await assert.rejects(staying.platen.run(...printing), /other appliance is away/);
    await staying.platen.run('group', 'settings', 'accounts', '--exposed', 'accept');
  });
});
