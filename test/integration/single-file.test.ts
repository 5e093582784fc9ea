// The single file: built from these sources, it prints as they do.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { runCommand } from '../../tools/up/platen.ts';
import { singleFile } from '../../tools/up/processes.ts';
import { buildSingleFile } from './built.ts';
import { firstPrint } from './first-print.ts';

before(() => buildSingleFile());

test('it passes its own test', async () => {
  assert.match(await runCommand(singleFile, ['selftest']), /a document was printed/);
});

test('a document from each client reaches the printer as it was sent', (t) =>
  firstPrint(t, singleFile));
