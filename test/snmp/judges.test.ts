// What each kind of monitor reads, answered as it expects; and the MIB file, judged by smilint.
import assert from 'node:assert/strict';
import { readFile, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SnmpValue } from '../../monitors/wire/snmp/values.ts';
import { makeRig, printerOf } from './fixture.ts';
import { runTool } from './net-snmp.ts';
import { atEnd } from '../at-end.ts';

/** Two printers: paper is out in the second. */
const printers = [
  printerOf(1),
  printerOf(2, {
    status: {
      state: 'stopped',
      reasons: ['media-empty-error'],
      message: 'No paper',
      queuedJobCount: 1,
    },
    alerts: [
      {
        index: 4,
        keyword: 'media-empty',
        severity: 'error',
        code: 808,
        group: 8,
        words: 'No paper',
        upMs: 1_000,
      },
    ],
    alertCounts: { all: 1, critical: 1 },
  }),
];

type Expected = number | string | readonly number[];

/** The exact instances that a monitor asks for, and what it has to hear. */
const asked: readonly (readonly [who: string, oid: string, expected: Expected])[] = [
  ['Windows: hrDeviceStatus', '1.3.6.1.2.1.25.3.2.1.5.1', 2],
  ['Windows: hrPrinterStatus', '1.3.6.1.2.1.25.3.5.1.1.1', 3],
  ['Windows: hrPrinterDetectedErrorState', '1.3.6.1.2.1.25.3.5.1.2.1', [0]],
  ['Windows: a second device index', '1.3.6.1.2.1.25.3.2.1.5.2', 5],
  ['Windows: down is other', '1.3.6.1.2.1.25.3.5.1.1.2', 1],
  ['Windows: no paper', '1.3.6.1.2.1.25.3.5.1.2.2', [0x40]],
  ['CUPS supplies: hrDeviceDescr', '1.3.6.1.2.1.25.3.2.1.3.1', 'Acme ColorLaser 4700'],
  ['CUPS supplies: current localization', '1.3.6.1.2.1.43.5.1.1.2.1', 1],
  ['CUPS supplies: character set', '1.3.6.1.2.1.43.7.1.1.4.1.1', 106],
  ['CUPS supplies: prtMarkerLifeCount', '1.3.6.1.2.1.43.10.2.1.4.1.1', 48_213],
  ['CUPS supplies: colorant index', '1.3.6.1.2.1.43.11.1.1.3.1.1', 1],
  ['CUPS supplies: class', '1.3.6.1.2.1.43.11.1.1.4.1.1', 3],
  ['CUPS supplies: a receptacle', '1.3.6.1.2.1.43.11.1.1.4.1.2', 4],
  ['CUPS supplies: type', '1.3.6.1.2.1.43.11.1.1.5.1.1', 3],
  ['CUPS supplies: description', '1.3.6.1.2.1.43.11.1.1.6.1.1', 'Black Toner'],
  ['CUPS supplies: unit', '1.3.6.1.2.1.43.11.1.1.7.1.1', 19],
  ['CUPS supplies: capacity', '1.3.6.1.2.1.43.11.1.1.8.1.1', 100],
  ['CUPS supplies: level', '1.3.6.1.2.1.43.11.1.1.9.1.1', 61],
  ['CUPS supplies: space in the waste box', '1.3.6.1.2.1.43.11.1.1.9.1.2', 90],
  ['CUPS supplies: colorant', '1.3.6.1.2.1.43.12.1.1.4.1.1', 'black'],
  ['CUPS discovery: hrDeviceType', '1.3.6.1.2.1.25.3.2.1.2.1', '1.3.6.1.2.1.25.3.1.5'],
  ['CUPS discovery: sysLocation', '1.3.6.1.2.1.1.6.0', 'cellar'],
  [
    'CUPS discovery: the 1284 id',
    '1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1',
    'MFG:Acme;MDL:ColorLaser 4700;CMD:PDF;',
  ],
  [
    // ppmPortServiceNameOrURI is column 4 in PWG 5107.1 and in CUPS's sources.
    'CUPS discovery: the URI',
    '1.3.6.1.4.1.2699.1.2.1.3.1.1.4.1.1',
    'ipp://print.example:8631/ipp/print/p1',
  ],
  ['LibreNMS: prtInputName', '1.3.6.1.2.1.43.8.2.1.13.1.1', 'Tray 1'],
  ['LibreNMS: prtInputMaxCapacity', '1.3.6.1.2.1.43.8.2.1.9.1.1', 500],
  ['LibreNMS: prtInputCurrentLevel', '1.3.6.1.2.1.43.8.2.1.10.1.1', 250],
  ['Zabbix: console text', '1.3.6.1.2.1.43.16.5.1.2.1.1', 'Ready'],
  ['Zabbix: serial number', '1.3.6.1.2.1.43.5.1.1.17.1', 'CNDXA01234'],
  ['Zabbix: prtAlertLocation', '1.3.6.1.2.1.43.18.1.1.6.2.4', -2],
  ['Zabbix: ifNumber', '1.3.6.1.2.1.2.1.0', 1],
  ['Zabbix: ifPhysAddress', '1.3.6.1.2.1.2.2.1.6.1', [2, 0, 0, 0, 0, 1]],
  ['Nagios: prtAlertSeverityLevel', '1.3.6.1.2.1.43.18.1.1.2.2.4', 3],
  ['Nagios: prtAlertCode', '1.3.6.1.2.1.43.18.1.1.7.2.4', 808],
  ['Nagios: prtAlertDescription', '1.3.6.1.2.1.43.18.1.1.8.2.4', 'No paper'],
];

/**
 * Everything that each monitor is known to ask for, without the printer's index: below 1.3.6.1.2.1
 * where it does not begin with 1.
 */
const wanted: Readonly<Record<string, readonly string[]>> = {
  Windows: ['25.3.2.1.5', '25.3.5.1.1', '25.3.5.1.2'],
  'CUPS supplies': [
    '25.3.2.1.3',
    '25.3.5.1.1',
    '25.3.5.1.2',
    '43.5.1.1.2',
    '43.7.1.1.4',
    '43.10.2.1.4',
    ...[3, 4, 5, 6, 7, 8, 9].map((column) => `43.11.1.1.${column}`),
    '43.12.1.1.4',
  ],
  'CUPS discovery': [
    '25.3.2.1.2',
    '25.3.2.1.3',
    '1.6.0',
    '1.3.6.1.4.1.2699.1.2.1.2.1.1.3',
    '1.3.6.1.4.1.2699.1.2.1.3.1.1.4',
  ],
  LibreNMS: [
    ...[5, 6, 8, 9].map((column) => `43.11.1.1.${column}`),
    '43.8.2.1.13',
    '43.8.2.1.9',
    '43.8.2.1.10',
  ],
  Zabbix: [
    '25.3.2.1.5',
    '25.3.5.1.1',
    '25.3.5.1.2',
    '43.10.2.1.4',
    '43.11.1.1.9',
    '43.18.1.1.6',
    '43.16.5.1.2',
    '43.5.1.1.17',
    '2.1.0',
    '2.2.1.6',
  ],
  Nagios: ['43.16.5.1.2', '43.18.1.1.2', '43.18.1.1.7', '43.18.1.1.8', '43.11.1.1.9'],
};

describe('what monitors read', () => {
  const { ask, askV1 } = makeRig({ printers });
  for (const [who, oid, expected] of asked) {
    test(`${who} (${oid}), in versions 1 and 2c`, async () => {
      for (const way of [ask, askV1]) {
        const value = (await way('get', [oid]))?.varbinds[0]?.value;
        assert.deepEqual(value && plain(value, typeof expected), expected);
      }
    });
  }

  for (const [who, oids] of Object.entries(wanted)) {
    test(`${who}: nothing that it asks for is left out above`, () => {
      for (const oid of oids) {
        const root = oid.startsWith('1.3.') ? oid : `1.3.6.1.2.1.${oid}`;
        const isAsked = asked.some(([, each]) => each === root || each.startsWith(`${root}.`));
        assert.ok(isAsked, root);
      }
    });
  }

  const walked = ['43.11.1.1', '43.12.1.1', '43.16', '43.18.1.1', '25.3.5.1', '43.8.2.1'];
  for (const root of walked) {
    test(`a walk of ${root} has both printers`, async () => {
      const start = `1.3.6.1.2.1.${root}`;
      const first = (await ask('get-next', [start]))?.varbinds[0]?.oid.join('.') ?? '';
      assert.ok(first.startsWith(`${start}.`), first);
    });
  }
});

function plain(value: SnmpValue, as: string): unknown {
  if (value.type === 'octets') {
    return as === 'string' ? new TextDecoder().decode(value.value) : [...value.value];
  }
  if (value.type === 'oid') return value.value.join('.');
  return 'value' in value ? value.value : value.type;
}

describe('PLATEN-MIB', () => {
  const file = fileURLToPath(new URL('../../firmware/snmp/mib/PLATEN-MIB', import.meta.url));
  const mibs = fileURLToPath(new URL('../../node_modules/net-snmp/lib/mibs', import.meta.url));
  const lint = (path: string) => runTool('env', [`SMIPATH=${mibs}`, 'smilint', '-s', '-l9', path]);

  test('smilint has nothing to say', async () => {
    const { status, output, errors } = await lint(file);
    assert.deepEqual([status, output, errors], [0, '', '']);
  });

  test('smilint would have something to say', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'platen-mib-'));
    atEnd(t, () => rm(folder, { recursive: true, force: true }));
    const broken = join(folder, 'PLATEN-MIB');
    const text = await readFile(file, 'latin1');
    await writeFile(broken, text.replace('{ platenNode 5 }', '{ platenNode 4 }'));
    const { errors } = await lint(broken);
    assert.match(errors, /platenSpoolAvailable/);
  });
});
