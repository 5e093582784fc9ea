// The single file: built from these sources, it prints as they do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { before, test } from 'node:test';
import { runCommand } from '../../tools/up/platen.ts';
import { singleFile } from '../../tools/up/processes.ts';
import { firstPrint } from './first-print.ts';

const build = fileURLToPath(new URL('../../tools/build/build.ts', import.meta.url));

before(async () => {
  const child = spawn(process.execPath, [build], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, errors);
});

test('it passes its own test', async () => {
  assert.match(await runCommand(singleFile, ['selftest']), /a document was printed/);
});

test('a document from each client reaches the printer as it was sent', (t) =>
  firstPrint(t, singleFile));
