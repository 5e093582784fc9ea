// The kernel's files keep the contract of Files.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { filesSuite } from './files-suite.ts';

const roots: string[] = [];

async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'platen-files-'));
  roots.push(root);
  return root;
}

after(() => Promise.all(roots.map((root) => rm(root, { recursive: true }))));

filesSuite('linux', async () => ({ files: createLinuxFiles(), root: await makeRoot() }));

test('a replaced file has the mode that was asked for, whatever the umask', async () => {
  const files = createLinuxFiles();
  const path = join(await makeRoot(), 'key');
  await files.replaceFile(path, new Uint8Array(1));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await files.replaceFile(path, new Uint8Array(1), 0o666);
  assert.equal((await stat(path)).mode & 0o777, 0o666);
});

test('a directory that the kernel will not make is refused, not tried for ever', async () => {
  const making = createLinuxFiles().makeDirectory('/proc/nowhere/below');
  await assert.rejects(making, { code: 'not-found' });
});
