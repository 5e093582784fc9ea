// What may not be part of a group, at each door of two real appliances: the API (and with it the
// page and Xcv), the command line, an apply file; refused by name and reason, and nothing changes.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { moduleSource } from '../modules/module-source.ts';
import { pairBoxes, startBox, until } from './boxes.ts';

/** The appliance's own address in six disguises. */
const disguises = [
  '127.0.0.1',
  '127.1',
  '0x7f000001',
  '2130706433',
  '::ffff:127.0.0.1',
  'localhost',
];
/** With what the command line asks for first. */
const localMonitors = [
  ['usb', '--device'],
  ['parallel', '--device'],
  ['serial', '--device'],
  ['file', '--file'],
] as const;
const anything = z.unknown();

/** A monitor that is not converted lies in its data folder. */
async function addOldMonitor(data: string): Promise<void> {
  await mkdir(join(data, 'monitors.d'), { mode: 0o700 });
  const old = moduleSource('old', 'initializePrintMonitor');
  await writeFile(join(data, 'monitors.d', 'old.mjs'), old);
}

test('each door refuses by name and reason what may not be in a group', async (t) => {
  const [a, b] = await Promise.all([
    startBox(t, [], addOldMonitor),
    startBox(t, [], addOldMonitor),
  ]);
  await pairBoxes(a, b);
  await a.platen.run('group', 'create', 'accounts');
  const printer = { name: 'office', spooler: 'accounts' };
  await until(
    () => a.api.send('POST', '/printers', printer, anything).catch(() => undefined),
    (answer) => answer !== undefined,
  );
  for (const box of [a, b]) {
    await box.platen.run('port', 'add', 'here', '--monitor', 'file', '--file', 'here.prn');
  }
  const stateOf = async () => [
    await a.api.get('/ports?spooler=accounts', anything),
    await a.api.get('/printers/accounts%2Foffice', anything),
    await a.api.get('/groups', z.object({ items: z.array(z.object({ name: z.string() })) })),
  ];
  const before = await stateOf();

  const addByApi = (monitor: string, input: object) =>
    a.api.send('POST', `/monitors/${monitor}/xcv/AddPort?spooler=accounts`, input, anything);
  for (const [monitor, option] of localMonitors) {
    await assert.rejects(addByApi(monitor, { name: 'P1' }), refusing(monitor), 'API and Xcv');
    const words = ['port', 'add', 'accounts/P1', '--monitor', monitor, option, 'x'];
    await assert.rejects(a.platen.run(...words), refusing(monitor), 'command line');
  }
  await assert.rejects(addByApi('old', { name: 'P1' }), /"old".*not converted/);
  for (const host of [...disguises, hostname()]) {
    await assert.rejects(
      addByApi('tcp', { name: 'P1', host }),
      /"P1" can't be in group "accounts"/,
    );
  }
  const words = ['port', 'add', 'accounts/P1', '--monitor', 'tcp', '--host', '0x7f000001'];
  await assert.rejects(a.platen.run(...words), /"P1" can't be in group "accounts"/);
  const file = join(a.data, 'fleet.toml');
  const rows = [
    ['[[port]]\nname = "accounts/P1"\nmonitor = "usb"\n', refusing('usb')],
    ['[[port]]\nname = "accounts/P1"\nmonitor = "tcp"\nhost = "127.1"\n', /"P1" can't be/],
  ] as const;
  for (const [text, why] of rows) {
    await writeFile(file, text);
    await assert.rejects(a.platen.run('apply', file), why, 'apply file');
  }
  const two = { name: 'two', spoolers: ['one', 'other'] };
  await assert.rejects(a.api.send('POST', '/groups', two, anything), /exactly one/);
  const withLocal = { portNames: ['here'] };
  await assert.rejects(
    a.api.send('PATCH', '/printers/accounts%2Foffice', withLocal, anything),
    /"here"|"file"/,
  );
  assert.deepEqual(await stateOf(), before);
});

function refusing(monitor: string): RegExp {
  return new RegExp(`"${monitor}" can't serve group "accounts"`);
}
