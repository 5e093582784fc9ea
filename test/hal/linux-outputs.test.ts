// Files and FIFOs are written to without waiting, and nothing else is opened by their names.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type { OutputDevice } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import { parallelIdOf } from '../../hal/linux/parallel-ids.ts';
import { atEnd } from '../at-end.ts';

const outputs = createLinuxOutputs();
const text = (words: string) => new TextEncoder().encode(words);

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-outputs-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function makeFifo(t: TestContext): Promise<string> {
  const path = join(await makeFolder(t), 'fifo');
  await promisify(execFile)('mkfifo', [path]);
  return path;
}

async function writeText(output: OutputDevice, words: string): Promise<void> {
  assert.equal(await output.write(text(words)), words.length);
}

describe('files', () => {
  const kinds = ['file', 'fifo'] as const;

  test('are made, appended to, and replaced', async (t) => {
    const path = join(await makeFolder(t), 'out');
    for (const [start, words] of [
      ['append', 'one '],
      ['append', 'two'],
    ] as const) {
      const output = await outputs.open(path, { kinds, start });
      await writeText(output, words);
      await output.sync();
      await output.close();
    }
    assert.equal(await readFile(path, 'utf8'), 'one two');
    const output = await outputs.open(path, { kinds, start: 'replace' });
    await writeText(output, 'new');
    await output.close();
    assert.equal(await readFile(path, 'utf8'), 'new');
  });

  test('lose what is taken back', async (t) => {
    const path = join(await makeFolder(t), 'out');
    await writeFile(path, 'kept');
    const output = await outputs.open(path, { kinds, start: 'append' });
    await writeText(output, ' and lost');
    await output.takeBack();
    await output.close();
    assert.equal(await readFile(path, 'utf8'), 'kept');
  });

  test('are not reached through a link, and no folder or device is one', async (t) => {
    const folder = await makeFolder(t);
    await writeFile(join(folder, 'secret'), 'kept');
    await symlink(join(folder, 'secret'), join(folder, 'link'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
    for (const path of [join(folder, 'link'), join(folder, 'dangling'), '/dev/null']) {
      await assert.rejects(outputs.open(path, { kinds, start: 'replace' }), (error) =>
        isHalError(error, 'permission-denied'),
      );
    }
    await assert.rejects(outputs.open(folder, { kinds }));
    assert.equal(await readFile(join(folder, 'secret'), 'utf8'), 'kept');
  });

  test('are not printer nodes', async (t) => {
    const path = join(await makeFolder(t), 'out');
    await writeFile(path, '');
    for (const other of [path, '/dev/null', '/dev/tty']) {
      await assert.rejects(outputs.open(other, { kinds: ['character'] }), (error) =>
        isHalError(error, 'permission-denied', 'device-gone'),
      );
    }
    await assert.rejects(
      outputs.open(join(path, '..', 'none'), { kinds: ['character'] }),
      (error) => isHalError(error, 'not-found'),
    );
  });
});

describe('a FIFO', () => {
  const kinds = ['fifo'] as const;

  test('without a reader can not be opened, and nothing waits for one', async (t) => {
    const path = await makeFifo(t);
    await assert.rejects(outputs.open(path, { kinds }), (error) =>
      isHalError(error, 'device-gone'),
    );
  });

  test('that is full takes nothing, and goes on when it was read', async (t) => {
    const path = await makeFifo(t);
    const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    atEnd(t, () => reader.close());
    const output = await outputs.open(path, { kinds });
    let takenBytes = 0;
    for (let taken = -1; taken !== 0; takenBytes += taken) {
      taken = await output.write(new Uint8Array(10_000));
    }
    assert.ok(takenBytes > 0);
    await reader.read(new Uint8Array(takenBytes));
    assert.ok((await output.write(text('more'))) > 0);
    await output.close();
  });

  test('whose reader has left breaks the write', async (t) => {
    const path = await makeFifo(t);
    const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const output = await outputs.open(path, { kinds });
    await reader.close();
    await assert.rejects(output.write(text('x')), (error) => isHalError(error, 'connection-reset'));
    await output.close();
    await assert.rejects(output.write(text('x')), (error) => isHalError(error, 'closed'));
  });
});

test('printer nodes are listed, or there are none', async () => {
  for (const { path } of await outputs.listPrinterNodes()) {
    assert.match(path, /^\/dev\/(usb\/)?lp\d+$/);
  }
});

test('a parallel printer is known by what the kernel heard when it found the port', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-parport-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const trees = { users: join(folder, 'users'), ports: join(folder, 'ports') };
  await mkdir(trees.users);
  for (const port of ['parport0', 'parport1'])
    await mkdir(join(trees.ports, port), { recursive: true });
  // The second node of the driver may well be at the first port.
  await symlink('../../../devices/parport0/lp.1', join(trees.users, 'lp.1'));
  await symlink('../../../devices/parport1/lp.0', join(trees.users, 'lp.0'));
  const said = 'CLASS:PRINTER;\nMODEL:LX-300;\nMANUFACTURER:EPSON;\nCOMMAND SET:ESCPL2;\n';
  await writeFile(join(trees.ports, 'parport0/autoprobe'), said);
  await writeFile(join(trees.ports, 'parport1/autoprobe'), '');
  assert.equal(await parallelIdOf('/dev/lp1', trees), said.replaceAll('\n', ''));
  for (const path of ['/dev/lp0', '/dev/lp2', '/dev/usb/lp1']) {
    assert.equal(await parallelIdOf(path, trees), undefined, path);
  }
});
