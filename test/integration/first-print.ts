// The first print, told once and run from the sources and from the single file.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openIppClient } from '../../tools/bench/ipp-client.ts';
import {
  addPrinter,
  rawPortOf,
  receivedDocuments,
  runCommand,
  whenReceivedCount,
} from '../../tools/up/platen.ts';
import type { PlatenCommand } from '../../tools/up/processes.ts';
import { openHouse } from './house.ts';

/** By IPP, by the CLI from a file and from standard input, and by raw 9100: the same bytes each. */
export async function firstPrint(t: TestContext, command: PlatenCommand): Promise<void> {
  const house = await openHouse(t, command);
  const platen = await house.serve();
  await addPrinter(platen, 'office', house.emulator);
  const sizes = [1, 700, 64 * 1024, 3 * 1024 * 1024];
  const [byIpp, byFile, byInput, byRaw] = sizes.map((size) => randomBytes(size));
  assert.ok(byIpp && byFile && byInput && byRaw);

  const client = openIppClient(platen.port, 'office');
  await client.print(byIpp);
  client.close();
  const file = join(house.folder, 'document');
  await writeFile(file, byFile);
  assert.match(await platen.run('print', file), /^Job 2 is accepted for office\.\n$/);
  await runCommand(command, ['print', '-', '--data', platen.data], byInput);
  await sendRaw(await rawPortOf(platen, 'office'), byRaw);

  const sent = [byIpp, byFile, byInput, byRaw];
  await whenReceivedCount(house.emulator, sent.length);
  assert.deepEqual(await receivedDocuments(house.emulator), sent);

  const status = await platen.run('status');
  assert.match(status, /^Platen \S+, up /);
  assert.equal(await platen.process.stop(), 0, platen.process.errors());
  const left = (await readdir(platen.data)).filter((name) => name.endsWith('.sock'));
  assert.deepEqual(left, []);
}

/** Sends all and waits for the orderly close that acknowledges. */
function sendRaw(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('end', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
}
