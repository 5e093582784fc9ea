// Shows that a bundle holds what it should, and that a program which loses memory is found.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { runInNewContext } from 'node:vm';

import type { Addon } from '../../tools/build/addons.ts';
import { bundle } from '../../tools/build/bundle.ts';
import { checkElf, findHiddenMemory } from '../../tools/build/elf-check.ts';
import { atEnd } from '../at-end.ts';

describe('bundle', () => {
  test('imports of each kind end in one CommonJS text without strict mode', async (t) => {
    const text = await bundleOf(t, {
      'entry.ts': "import { a } from './a.ts'; import b from './b.cjs'; result(a, b);",
      'a.ts': "export const a: string = import.meta.url.slice(0, 'file:///'.length);",
      'b.cjs': 'octal = 010; module.exports = octal;',
    });
    const results: unknown[] = [];
    runInNewContext(text, { result: (...values: unknown[]) => results.push(...values) });
    assert.deepEqual(results, ['file:///', 8]);
  });

  test('is the same text each time', async (t) => {
    const files = { 'entry.ts': "import { a } from './a.ts'; a();", 'a.ts': 'export const a = f;' };
    assert.equal(await bundleOf(t, files), await bundleOf(t, files));
  });

  test('an addon that is not in the table is an error that names it', async (t) => {
    const files = { 'entry.ts': "import addon from './x/y.node'; addon();" };
    await assert.rejects(
      bundleOf(t, files),
      /x\/y\.node .* is a native addon: add it to the table/,
    );
  });

  test('an addon of the table is replaced by its module', async (t) => {
    const addon: Addon = {
      importedAs: 'x/y.node',
      asset: { name: 'addon/y.node', file: 'y.node' },
      module: "module.exports = 'the addon';",
    };
    const files = { 'entry.ts': "const addon = require('./x/y.node'); result(addon);" };
    const results: unknown[] = [];
    runInNewContext(await bundleOf(t, files, [addon]), {
      result: (value: unknown) => results.push(value),
    });
    assert.deepEqual(results, ['the addon']);
  });
});

describe('pages of a program', () => {
  const writable = { writable: true, address: 0x10000, memoryBytes: 0x2100 };
  const readOnlyAt = (address: number) => ({ writable: false, address, memoryBytes: 0x100 });

  test('a read-only segment on the last page of writable memory hides it', () => {
    const faults = findHiddenMemory([writable, readOnlyAt(0x12800)]);
    assert.equal(faults.length, 3);
    assert.match(faults[0] ?? '', /pages of 4096 bytes .* at 0x12800 hides 256 bytes/);
  });

  test('one that is on the same page only where pages are large is found, too', () => {
    const faults = findHiddenMemory([writable, readOnlyAt(0x13000)]);
    assert.deepEqual(
      faults.map((fault) => /pages of \d+/.exec(fault)?.[0]),
      ['pages of 16384', 'pages of 65536'],
    );
  });

  test('one on a page of its own, or before, hides nothing', () => {
    assert.deepEqual(findHiddenMemory([readOnlyAt(0xff00), writable, readOnlyAt(0x20000)]), []);
  });

  test('the segments of a real program are read', async () => {
    assert.deepEqual(await checkElf(process.execPath), []);
  });

  test('what is no program, or ends early, is an error', async (t) => {
    const folder = await makeFolder(t);
    const path = join(folder, 'program');
    await writeFile(path, '#!/bin/sh\n');
    await assert.rejects(checkElf(path), /not a 64-bit little-endian ELF program/);
    const header = Buffer.alloc(64);
    header.write('\x7fELF\x02\x01', 'latin1');
    header.writeBigUInt64LE(64n, 32);
    header.writeUInt16LE(56, 54);
    header.writeUInt16LE(2, 56);
    await writeFile(path, header);
    await assert.rejects(checkElf(path), /ends in its program headers/);
  });

  test('a program with a hidden page is found in the file', async (t) => {
    const path = join(await makeFolder(t), 'program');
    const header = Buffer.alloc(64 + 2 * 56);
    header.write('\x7fELF\x02\x01', 'latin1');
    header.writeBigUInt64LE(64n, 32);
    header.writeUInt16LE(56, 54);
    header.writeUInt16LE(2, 56);
    [writable, readOnlyAt(0x12800)].forEach((segment, index) => {
      const at = 64 + index * 56;
      header.writeUInt32LE(1, at);
      header.writeUInt32LE(segment.writable ? 6 : 4, at + 4);
      header.writeBigUInt64LE(BigInt(segment.address), at + 16);
      header.writeBigUInt64LE(BigInt(segment.memoryBytes), at + 40);
    });
    await writeFile(path, header);
    assert.equal((await checkElf(path)).length, 3);
  });
});

async function bundleOf(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  addons: readonly Addon[] = [],
): Promise<string> {
  const folder = await makeFolder(t);
  await mkdir(join(folder, 'x'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return bundle({ entry: join(folder, 'entry.ts'), addons, report: (line) => t.diagnostic(line) });
}

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-build-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}
