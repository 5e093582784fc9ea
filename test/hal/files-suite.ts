// What every implementation of Files must do; run against real file systems and the simulated one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Files } from '../../hal/contract.ts';
import { type HalErrorCode, isHalError } from '../../hal/errors.ts';

export interface FilesRig {
  readonly files: Files;
  /** An empty directory, for this test alone. */
  readonly root: string;
}

export function filesSuite(name: string, makeRig: () => Promise<FilesRig>): void {
  describe(`${name}: Files`, () => {
    test('writes and reads at positions, and knows the size', async () => {
      const { files, root } = await makeRig();
      const file = await files.open(`${root}/a`, 'create');
      assert.equal(file.path, `${root}/a`);
      await file.write(text('world'), 6);
      await file.write(text('hello '), 0);
      await file.sync();
      assert.equal(await file.sizeBytes(), 11);
      assert.equal(string(await file.read(0, 5)), 'hello');
      assert.equal(string(await file.read(6, 100)), 'world');
      assert.equal((await file.read(11, 4)).length, 0);
      await file.truncate(5);
      assert.equal(await file.sizeBytes(), 5);
      await file.close();
      assert.equal(string(await files.readFile(`${root}/a`, 5)), 'hello');
    });

    test('creates only what is not there, opens only what is', async () => {
      const { files, root } = await makeRig();
      await (await files.open(`${root}/a`, 'create')).close();
      await rejectsWith(files.open(`${root}/a`, 'create'), 'exists');
      await rejectsWith(files.open(`${root}/b`, 'read'), 'not-found');
      await rejectsWith(files.open(`${root}/b`, 'read-write'), 'not-found');
      await rejectsWith(files.open(`${root}/none/b`, 'create'), 'not-found');
    });

    test('opens for changing without emptying', async () => {
      const { files, root } = await makeRig();
      await files.replaceFile(`${root}/a`, text('abc'));
      const file = await files.open(`${root}/a`, 'read-write');
      await file.write(text('X'), 1);
      await file.close();
      assert.equal(string(await files.readFile(`${root}/a`, 3)), 'aXc');
    });

    test('a closed file is of no use', async () => {
      const { files, root } = await makeRig();
      const file = await files.open(`${root}/a`, 'create');
      await file.close();
      await rejectsWith(file.write(text('x'), 0), 'closed');
      await rejectsWith(file.sync(), 'closed');
    });

    test('reads no more than the limit', async () => {
      const { files, root } = await makeRig();
      await files.replaceFile(`${root}/a`, text('12345'));
      await rejectsWith(files.readFile(`${root}/a`, 4), 'too-large');
      await files.replaceFile(`${root}/empty`, new Uint8Array());
      assert.equal((await files.readFile(`${root}/empty`, 0)).length, 0);
      await rejectsWith(files.readFile(`${root}/none`, 10), 'not-found');
    });

    test('replacing leaves the new content and nothing beside it', async () => {
      const { files, root } = await makeRig();
      await files.replaceFile(`${root}/a`, text('old'));
      await files.replaceFile(`${root}/a`, text('new'));
      assert.equal(string(await files.readFile(`${root}/a`, 10)), 'new');
      assert.deepEqual(await files.list(root), [{ name: 'a', kind: 'file' }]);
      await rejectsWith(files.replaceFile(`${root}/none/a`, text('x')), 'not-found');
    });

    test('makes directories with their parents, and again', async () => {
      const { files, root } = await makeRig();
      await files.makeDirectory(`${root}/x/y/z`);
      await files.makeDirectory(`${root}/x/y/z`);
      await files.syncDirectory(`${root}/x/y`);
      assert.deepEqual(await files.list(`${root}/x/y`), [{ name: 'z', kind: 'directory' }]);
      await files.replaceFile(`${root}/f`, text(''));
      await rejectsWith(files.makeDirectory(`${root}/f`), 'exists');
      await rejectsWith(files.list(`${root}/none`), 'not-found');
    });

    test('renames over what is there, and removes', async () => {
      const { files, root } = await makeRig();
      await files.replaceFile(`${root}/a`, text('a'));
      await files.replaceFile(`${root}/b`, text('b'));
      await files.rename(`${root}/a`, `${root}/b`);
      assert.equal(string(await files.readFile(`${root}/b`, 1)), 'a');
      await rejectsWith(files.rename(`${root}/a`, `${root}/c`), 'not-found');
      await files.remove(`${root}/b`);
      await files.remove(`${root}/b`);
      await files.makeDirectory(`${root}/d/e`);
      await rejectsWith(files.remove(`${root}/d`), 'exists');
      await files.remove(`${root}/d/e`);
      await files.remove(`${root}/d`);
      assert.deepEqual(await files.list(root), []);
    });

    test('knows the space', async () => {
      const { files, root } = await makeRig();
      const { freeBytes, totalBytes } = await files.space(root);
      assert.ok(totalBytes > 0 && freeBytes >= 0 && freeBytes <= totalBytes);
    });
  });
}

async function rejectsWith(work: Promise<unknown>, code: HalErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(isHalError(error), String(error));
    assert.equal(error.code, code);
    return true;
  });
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function string(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
