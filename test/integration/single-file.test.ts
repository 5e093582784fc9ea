// The single file: built from these sources, it prints as they do.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { z } from 'zod';
import { runCommand, startPlaten } from '../../tools/up/platen.ts';
import { singleFile, startProcess } from '../../tools/up/processes.ts';
import { buildSingleFile } from './built.ts';
import { moduleSource } from '../modules/module-source.ts';
import { firstPrint } from './first-print.ts';
import { atEnd } from '../at-end.ts';

before(() => buildSingleFile());

test('it passes its own test', async () => {
  assert.match(
    await runCommand(singleFile, ['selftest']),
    /a document was printed, the printer shown by SNMP, a message passed by MQTT, a serial line/,
  );
});

test('a document from each client reaches the printer as it was sent', (t) =>
  firstPrint(t, singleFile));

test('its supervisor, a program of its own in the file, serves and starts it again', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'platen-supervised-'));
  atEnd(t, () => rm(data, { recursive: true }));
  const settings = ['http', 'https', 'lpd', 'snmp', 'raw', 'mqtt', 'pair'].map(
    (each) => `listen.${each}=0`,
  );
  const sets = ['listen.address=127.0.0.1', ...settings].flatMap((each) => ['--set', each]);
  const supervised = await startProcess(singleFile, ['supervise', '--data', data, ...sets]);
  atEnd(t, () => supervised.stop());
  const { pid } = z.looseObject({ pid: z.int() }).parse(supervised.ready);
  process.kill(pid, 'SIGKILL');
  // The socket of the one that was killed lies there still; the next one answers at it.
  const state = async () => runCommand(singleFile, ['status', '--data', data]).catch(() => '');
  while (!/Platen/.test(await state()));
});

test('it loads monitor modules, prints while one loops, and ends in time', async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'platen-modules-'));
  atEnd(t, () => rm(data, { recursive: true }));
  await mkdir(join(data, 'monitors.d'));
  for (const [name, onWrite] of [
    ['memo', ''],
    ['loop', 'for (;;);'],
  ] as const) {
    const text = moduleSource(name, 'initializePrintMonitor2', onWrite);
    await writeFile(join(data, 'monitors.d', `${name}.mjs`), text);
  }
  const document = join(data, 'document');
  await writeFile(document, 'a document');
  const platen = await startPlaten(singleFile, data);
  atEnd(t, () => platen.process.stop());
  for (const name of ['loop', 'memo']) {
    await platen.run('port', 'add', name, '--monitor', name);
    await platen.run('printer', 'add', name, '--port', name);
    await platen.run('print', document, '--printer', name);
  }
  const printed = async () =>
    /2 +completed/.test(await platen.run('job', 'list', '--which', 'all'));
  while (!(await printed()));
  assert.equal(await readFile(join(data, 'output', 'memo-2'), 'utf8'), 'a document');
  const startMs = performance.now();
  await platen.process.stop();
  assert.ok(performance.now() - startMs < 30_000);
});
