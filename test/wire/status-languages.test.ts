// What printers say in PJL, ZPL and ESC/POS: vectors, and any octets at all are data.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  EscposReplyReader,
  escposAsk,
  escposProcessMark,
} from '../../monitors/wire/escpos/status.ts';
import { pjlBusy, pjlCondition } from '../../monitors/wire/pjl/codes.ts';
import { pjlAskStatus, pjlJobEnd, pjlJobStart } from '../../monitors/wire/pjl/commands.ts';
import { pjlLimits } from '../../monitors/wire/pjl/limits.ts';
import { PjlReplyReader } from '../../monitors/wire/pjl/replies.ts';
import { ZplReplyReader } from '../../monitors/wire/zpl/host-status.ts';

const octets = (text: string) => Buffer.from(text, 'latin1');

describe('PJL', () => {
  test('commands are lines that no name breaks out of', () => {
    assert.equal(
      Buffer.from(pjlJobStart('a"\r\n@PJL DEFAULT X=1\x1b%-12345X', 10)).toString('latin1'),
      '\x1b%-12345X@PJL USTATUS DEVICE = ON\r\n@PJL USTATUS JOB = ON\r\n' +
        '@PJL USTATUS TIMED = 10\r\n@PJL JOB NAME = "a???@PJL DEFAULT X=1?%-12345X"\r\n',
    );
    assert.equal(
      Buffer.from(pjlJobEnd('x'.repeat(100))).toString('latin1'),
      `\x1b%-12345X@PJL EOJ NAME = "${'x'.repeat(80)}"\r\n\x1b%-12345X`,
    );
    assert.match(Buffer.from(pjlAskStatus()).toString('latin1'), /@PJL INFO STATUS\r\n/);
  });

  const rows: readonly (readonly [string, unknown])[] = [
    [
      '@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY="DOOR OPEN"\r\nONLINE=FALSE\r\n\f',
      { kind: 'status', source: 'device', code: 40021, display: 'DOOR OPEN', online: false },
    ],
    [
      '@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY="READY"\r\nONLINE=TRUE\r\n\f',
      { kind: 'status', source: 'info', code: 10001, display: 'READY', online: true },
    ],
    [
      '@PJL USTATUS TIMED\nCODE = 10023\n\f',
      { kind: 'status', source: 'timed', code: 10023, display: undefined, online: undefined },
    ],
    [
      '@PJL USTATUS JOB\r\nEND\r\nNAME="platen 7"\r\nPAGES=5\r\n\f',
      { kind: 'job', event: 'end', name: 'platen 7', pages: 5 },
    ],
    [
      'noise@PJL USTATUS JOB\r\nCANCELED\r\nNAME="a"\r\n\f',
      { kind: 'job', event: 'canceled', name: 'a', pages: undefined },
    ],
    ['@PJL USTATUS PAGE\r\n3\r\n\f', { kind: 'page', page: 3 }],
    ['@PJL ECHO hello\r\n\f', { kind: 'unknown', text: '@PJL ECHO hello' }],
    ['@PJL USTATUS JOB\r\nPERHAPS\r\n\f', { kind: 'unknown', text: '@PJL USTATUS JOB PERHAPS' }],
  ];
  for (const [text, reply] of rows) {
    test(`reads ${JSON.stringify(text.slice(0, 40))}, cut anywhere`, () => {
      for (let cut = 0; cut < text.length; cut += 1) {
        const reader = new PjlReplyReader();
        const bytes = octets(text);
        const replies = [
          ...reader.push(bytes.subarray(0, cut)),
          ...reader.push(bytes.subarray(cut)),
        ];
        assert.deepEqual(replies, [reply]);
      }
    });
  }

  test('drops a reply without an end, and reads the next', () => {
    const reader = new PjlReplyReader();
    for (let turn = 0; turn < 100; turn += 1) {
      assert.deepEqual(reader.push(new Uint8Array(pjlLimits.replyOctets).fill(65)), []);
    }
    const [dropped, page] = reader.push(octets('\f@PJL USTATUS PAGE\r\n1\r\n\f'));
    assert.equal(dropped?.kind, 'unknown');
    assert.equal(page?.kind, 'page');
  });

  test('codes mean something or nothing', () => {
    assert.deepEqual(pjlCondition(40022), { trouble: 'media-jam', severity: 'error' });
    assert.deepEqual(pjlCondition(41204), { trouble: 'media-needed', severity: 'error' });
    assert.equal(pjlCondition(10001), undefined);
    assert.equal(pjlCondition(99999), undefined);
    assert.equal(pjlBusy(10023), true);
    assert.equal(pjlBusy(10001), false);
    assert.equal(pjlBusy(41204), undefined);
  });
});

describe('ZPL host status', () => {
  /** The example of the programming guide's shape: idle, paper out, paused, head up, 12 labels. */
  const frames = (one: string, two: string) =>
    `\x02${one}\x03\r\n\x02${two}\x03\r\n\x021234,0\x03\r\n`;
  const idle = frames('030,0,0,1245,000,0,0,0,000,0,0,0', '001,0,0,0,1,2,6,0,00000000,1,000');
  const busy = frames('030,1,1,1245,003,0,0,1,000,0,0,0', '001,0,1,1,1,2,6,1,00000012,1,000');

  test('is read, cut anywhere, among noise', () => {
    for (let cut = 0; cut < busy.length; cut += 1) {
      const reader = new ZplReplyReader();
      const bytes = octets(busy);
      const replies = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
      assert.deepEqual(replies, [
        {
          kind: 'host-status',
          status: {
            paperOut: true,
            paused: true,
            waitingFormats: 3,
            bufferFull: false,
            partialFormat: true,
            underTemperature: false,
            overTemperature: false,
            headUp: true,
            ribbonOut: true,
            labelWaiting: true,
            labelsLeft: 12,
          },
        },
      ]);
    }
    const reader = new ZplReplyReader();
    const kinds = reader.push(octets(`noise${idle}\x02x\x03${idle}`)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['host-status', 'host-status', 'unknown']);
  });

  test('with a field that is no number is unknown', () => {
    const reader = new ZplReplyReader();
    const replies = reader.push(octets(idle.replace('1245', '12?5')));
    assert.deepEqual(
      replies.map(({ kind }) => kind),
      ['unknown'],
    );
  });
});

describe('ESC/POS status', () => {
  test('is asked, and answered in the order of the questions', () => {
    assert.deepEqual([...escposAsk('paper')], [0x10, 0x04, 4]);
    const reader = new EscposReplyReader();
    reader.asked('printer');
    reader.asked('offline');
    reader.asked('error');
    reader.asked('paper');
    assert.deepEqual(reader.push(Uint8Array.of(0x1a, 0x36, 0x1a, 0x7e)), [
      { kind: 'status', topic: 'printer', status: { offline: true } },
      {
        kind: 'status',
        topic: 'offline',
        status: { coverOpen: true, feedButton: false, paperStop: true, errorOccurred: false },
      },
      {
        kind: 'status',
        topic: 'error',
        status: { cutterError: true, unrecoverable: false, autoRecoverable: false },
      },
      { kind: 'status', topic: 'paper', status: { paperLow: true, paperOut: true } },
    ]);
    assert.deepEqual(reader.push(Uint8Array.of(0x12)), [{ kind: 'unknown', octets: 1 }]);
  });

  test('tells which mark was processed', () => {
    assert.deepEqual(
      [...escposProcessMark('0042')],
      [0x1d, 0x28, 0x48, 6, 0, 48, 48, 0x30, 0x30, 0x34, 0x32],
    );
    const reader = new EscposReplyReader();
    assert.deepEqual(reader.push(octets('7"00')), []);
    assert.deepEqual(reader.push(octets('42\0')), [{ kind: 'process', id: '0042' }]);
    assert.throws(() => escposProcessMark('toolong'));
  });
});

describe('any octets', () => {
  const chunks = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .constantFrom('@PJL USTATUS JOB\r\n', 'END\r\n', '\f', '\x02', '\x03', '7"', ',0,0', '\x12')
        .map((text) => new Uint8Array(octets(text))),
    ),
    { maxLength: 40 },
  );

  test('are data in PJL, ZPL and ESC/POS', () => {
    fc.assert(
      fc.property(chunks, (parts) => {
        const pjl = new PjlReplyReader();
        const zpl = new ZplReplyReader();
        const escpos = new EscposReplyReader();
        for (const part of parts) {
          escpos.asked('paper');
          for (const reply of pjl.push(part)) assert.ok(JSON.stringify(reply).length < 2_000);
          zpl.push(part);
          escpos.push(part);
        }
      }),
    );
  });
});
