// What the appliance does at its edges: a second one, a stale socket, wrong settings, signals.
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { addPrinter, CommandError, runCommand } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { platenSays } from '../cli/console.ts';
import { openHouse } from './house.ts';

async function failure(...words: readonly string[]): Promise<CommandError> {
  const error = await runCommand(platenFromSources, words).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CommandError, 'it should have failed');
  return error;
}

describe('serve', () => {
  test('a second one over the same data folder is refused in one line', async (t) => {
    const house = await openHouse(t);
    const { data } = await house.serve();
    const { status, message } = await failure('serve', '--data', data, '--set', 'listen.http=0');
    assert.equal(status, 1);
    const last = message.split('\n').at(-1);
    assert.equal(
      last,
      `platen: Another Platen serves ${data}: stop it, or choose another folder with --data.`,
    );
    assert.equal((await house.api().get('/system', appliance)).health.status, 'ok');
  });

  test('after a kill it takes over the socket, and keeps id, printers and raw ports', async (t) => {
    const house = await openHouse(t);
    const first = await house.serve([
      'listen.http=0',
      'listen.lpd=0',
      'listen.snmp=0',
      `listen.raw=${await freePort()}`,
    ]);
    await addPrinter(first, 'office', house.emulator);
    const before = await house.api().get('/system', appliance);
    await first.process.kill();
    assert.ok((await stat(join(first.data, 'platen.sock'))).isSocket());
    await house.serve(['listen.http=0', 'listen.lpd=0', 'listen.snmp=0', 'listen.raw=1']);
    const after = await house.api().get('/system', appliance);
    assert.equal(after.nodeId, before.nodeId);
    const raw = (view: typeof before) => view.addresses.find(({ what }) => what === 'raw');
    assert.ok(raw(before) !== undefined);
    assert.deepEqual(raw(after), raw(before));
  });

  test('the socket and the keys are their owner’s alone', async (t) => {
    const { data } = await (await openHouse(t)).serve();
    for (const name of ['platen.sock', 'identity.json', 'platen.db']) {
      assert.equal((await stat(join(data, name))).mode & 0o077, 0, name);
    }
  });

  test('a port that is taken is told with the key that changes it', async (t) => {
    const house = await openHouse(t);
    const { port } = await house.serve();
    const data = join(house.folder, 'other');
    const sets = ['listen.address=127.0.0.1', `listen.http=${port}`].flatMap((x) => ['--set', x]);
    const { status, message } = await failure('serve', '--data', data, ...sets);
    assert.equal(status, 1);
    assert.match(message, /platen: 127\.0\.0\.1:\d+ is in use .* --set listen\.http=PORT/);
  });

  test('a damaged identity is not replaced', async (t) => {
    const house = await openHouse(t);
    const platen = await house.serve();
    assert.equal(await platen.process.stop(), 0);
    const path = join(platen.data, 'identity.json');
    await writeFile(path, 'nonsense');
    const { status, message } = await failure('serve', '--data', platen.data);
    assert.equal(status, 1);
    assert.match(message, /platen: The identity .* is damaged/);
    assert.equal(await readFile(path, 'utf8'), 'nonsense');
  });

  test('a mistyped key is told with the nearest', async (t) => {
    const { folder } = await openHouse(t);
    const { status, message } = await failure('serve', '--data', folder, '--set', 'listen.htpp=1');
    assert.equal(status, 2);
    assert.match(message, /Did you mean "listen\.http"/);
  });
});

describe('the command line', () => {
  test('without an appliance it says how to start one', async (t) => {
    const { folder } = await openHouse(t);
    const { status, message } = await failure('status', '--data', folder);
    assert.equal(status, 1);
    assert.match(message, /^platen: No Platen serves .* Start it with "platen serve --data/);
  });

  test('what the appliance refuses comes as one line with the next step', async (t) => {
    const house = await openHouse(t);
    const platen = await house.serve();
    await addPrinter(platen, 'office', house.emulator);
    const calls: readonly (readonly [string, RegExp])[] = [
      ['printer show ofice', /There is no printer "ofice"\. Did you mean "office"\?/],
      ['printer add office --port office', /printer.*office/i],
      ['printer add other --port nowhere', /nowhere/],
      ['port add office --monitor tcp --host x', /ERROR_ALREADY_EXISTS/],
      ['port remove office', /The port office is used by office\. Take the port/],
      ['job show 99', /There is no job "99"/],
    ];
    for (const [line, expected] of calls) {
      const { errors, status } = await platenSays(house.api(), line.split(' '));
      assert.equal(status, 1, line);
      assert.equal(errors.length, 1, line);
      assert.match(errors[0] ?? '', expected);
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
