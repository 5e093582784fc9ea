// What the file monitor does with regular files, and which names it takes.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import { fileMonitor } from '../../monitors/file/module.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { VirtualClock } from '../world/clock.ts';
import {
  addPort,
  doc,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  xcv,
} from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-file-'));
  const clock = new VirtualClock();
  const outputs = createLinuxOutputs();
  const instance = await startInstance({
    module: fileMonitor,
    clock,
    devices: {
      ...noDevices,
      openOutput: (name, start) =>
        outputs.open(join(folder, name), { kinds: ['file', 'fifo'], start }),
    },
  });
  atEnd(t, async () => {
    await instance.shutdown();
    await rm(folder, { recursive: true, force: true });
  });
  return { ...instance, folder };
}

test('documents are appended, or each replaces the one before', async (t) => {
  const { monitor, folder } = await start(t);
  await addPort(monitor, 'All', { file: 'all.prn' });
  await addPort(monitor, 'Last', { file: 'last.prn', start: 'replace' });
  const documents = [pattern(200_000), pattern(3)];
  for (const name of ['All', 'Last']) {
    const port = await openPort(monitor, name);
    for (const bytes of documents) {
      const end = await print(port, bytes);
      assert.deepEqual([end.outcome, end.deliveredBytes], ['sent', bytes.length]);
    }
  }
  assert.deepEqual(await readFile(join(folder, 'all.prn')), Buffer.concat(documents));
  assert.deepEqual(await readFile(join(folder, 'last.prn')), Buffer.from(pattern(3)));
});

test('a document that is given up leaves nothing in the file', async (t) => {
  const { monitor, folder } = await start(t);
  await addPort(monitor, 'All', { file: 'all.prn' });
  const port = await openPort(monitor, 'All');
  await print(port, pattern(10));
  await port.startDocPort(doc, never());
  await port.writePort(pattern(1000), never());
  const end = await port.endDocPort({ discard: true }, never());
  assert.deepEqual([end.outcome, end.deliveredBytes], ['failed', 1000]);
  assert.equal((await readFile(join(folder, 'all.prn'))).length, 10);
});

test('names that lead elsewhere are refused', async (t) => {
  const { monitor, folder } = await start(t);
  const bad = ['', '.', '..', '../x', 'a/b', '/etc/passwd', '.hidden', 'a\0b', 'a\\b', 'x.', 'x '];
  for (const file of [...bad, 'x'.repeat(101)]) {
    const answer = await xcv(monitor).xcvDataPort('AddPort', { name: 'P', file }, never());
    assert.equal(answer.status, 'ERROR_INVALID_DATA', JSON.stringify(file));
  }
  assert.deepEqual(await readdir(folder), []);
});
