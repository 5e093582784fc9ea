// The single file for 64-bit Arm, as far as an emulated processor tells: it starts, loads its
// addons and prints.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { runCommand } from '../../tools/up/platen.ts';
import { buildSingleFile } from './built.ts';

const file = fileURLToPath(new URL('../../dist/platen-linux-arm64', import.meta.url));
/** The libraries that the runtime needs, from Debian's packages for cross compilers. */
const emulated = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu', file] as const;

before(() => buildSingleFile('linux-arm64'));

test('it says what it is', async () => {
  assert.match(await runCommand(emulated, ['version']), /arm64/);
});

test('it passes its own test', async () => {
  const said = await runCommand(emulated, ['selftest']);
  assert.match(said, /a document was printed.* a serial line carried bytes/);
});
