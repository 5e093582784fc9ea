// Open folders on Linux: nothing leads out of them, whatever the name, and no link is followed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLinuxFolders } from '../../hal/linux/folders.ts';
import { isHalError } from '../../hal/errors.ts';
import { atEnd } from '../at-end.ts';

async function open(t: TestContext) {
  const path = await mkdtemp(join(tmpdir(), 'platen-folders-'));
  atEnd(t, () => rm(path, { recursive: true, force: true }));
  const root = join(path, 'root');
  const folder = await createLinuxFolders().open(root, { make: true });
  atEnd(t, () => folder.close().catch(() => undefined));
  return { path, root, folder };
}

const denied = (error: unknown) => isHalError(error, 'permission-denied');

describe('an open folder', () => {
  test('takes no name that is more than one', async (t) => {
    const { folder } = await open(t);
    for (const name of ['..', '.', '', 'a/b', '/etc', 'a\0']) {
      await assert.rejects(async () => folder.open(name, 'create'), denied, name);
      await assert.rejects(async () => folder.folder(name, { make: true }), denied, name);
      await assert.rejects(async () => folder.remove(name), denied, name);
    }
  });

  test('is locked by one at a time, until that one closes it', async (t) => {
    const { root, folder } = await open(t);
    const folders = createLinuxFolders();
    const other = await folders.open(root);
    assert.equal(await folder.tryLock('lock'), 'locked');
    assert.equal(await other.tryLock('lock'), 'held');
    assert.equal(await other.tryLock('another'), 'locked');
    await folder.close();
    assert.equal(await other.tryLock('lock'), 'locked');
    const third = await folders.open(root);
    await other.remove('lock');
    // What is made now is another file, and the lock of the first one another lock.
    assert.equal(await third.tryLock('lock'), 'locked');
    await rm(root, { recursive: true });
    assert.equal(await third.tryLock('lock'), 'gone');
    await other.close();
    await third.close();
  });

  test('is not locked by a link, nor by what stands in the place of the file', async (t) => {
    const { path, root, folder } = await open(t);
    await symlink('../secret', join(root, 'link'));
    await mkdir(join(root, 'folder'));
    await assert.rejects(folder.tryLock('link'), denied);
    await assert.rejects(folder.tryLock('folder'));
    await assert.rejects(async () => folder.tryLock('../up'), denied);
    assert.deepEqual(await readdir(path), ['root']);
  });

  test('is free again when whoever locked it was killed', async (t) => {
    const { root, folder } = await open(t);
    const program = fileURLToPath(new URL('../../hal/linux/folders.ts', import.meta.url));
    const script = `
      const { createLinuxFolders } = await import(${JSON.stringify(program)});
      const folder = await createLinuxFolders().open(${JSON.stringify(root)});
      console.log(await folder.tryLock('lock'));
      setInterval(() => folder.path, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    atEnd(t, () => child.kill('SIGKILL'));
    const [said] = await once(child.stdout, 'data');
    assert.equal(String(said), 'locked\n');
    assert.equal(await folder.tryLock('lock'), 'held');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(await folder.tryLock('lock'), 'locked');
  });

  test('follows no link, to a file or a folder', async (t) => {
    const { path, root, folder } = await open(t);
    await writeFile(join(path, 'secret'), 'secret');
    await symlink('../secret', join(root, 'link'));
    await symlink('..', join(root, 'up'));
    await assert.rejects(folder.read('link', 100), denied);
    await assert.rejects(folder.open('link', 'read-write'), denied);
    await assert.rejects(folder.folder('up'), denied);
    await assert.rejects(folder.folder('up', { make: true }), denied);
    assert.equal((await folder.look('link'))?.kind, 'other');
  });

  test('stays the same folder, whatever is put in its place', async (t) => {
    const { path, root, folder } = await open(t);
    const elsewhere = join(path, 'elsewhere');
    await mkdir(elsewhere);
    await rename(root, join(path, 'moved'));
    await symlink(elsewhere, root);
    await folder.replace('a', Buffer.from('x'));
    assert.deepEqual(await readdir(elsewhere), []);
    assert.equal(await readFile(join(path, 'moved', 'a'), 'utf8'), 'x');
  });

  test('moves over a link without touching what it leads to', async (t) => {
    const { path, root, folder } = await open(t);
    await writeFile(join(path, 'secret'), 'secret');
    await symlink('../secret', join(root, 'a'));
    const below = await folder.folder('below', { make: true });
    await below.replace('b', Buffer.from('x'));
    await below.move('b', folder, 'a');
    await below.close();
    assert.equal(await readFile(join(path, 'secret'), 'utf8'), 'secret');
    assert.equal(await readFile(join(root, 'a'), 'utf8'), 'x');
    await folder.remove('below');
    assert.deepEqual(await folder.list(), [{ name: 'a', kind: 'file' }]);
  });

  test('reads within its limit, looks, and tells what is missing', async (t) => {
    const { folder } = await open(t);
    await folder.replace('a', Buffer.from('12345'));
    await assert.rejects(folder.read('a', 4), (error) => isHalError(error, 'too-large'));
    assert.equal((await folder.look('a'))?.sizeBytes, 5);
    assert.equal(await folder.look('b'), undefined);
    await assert.rejects(folder.folder('b'), (error) => isHalError(error, 'not-found'));
    await assert.rejects(folder.open('a', 'create'), (error) => isHalError(error, 'exists'));
    await folder.remove('b');
    assert.ok((await folder.freeBytes()) > 0);
  });
});
