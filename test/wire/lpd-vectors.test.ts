// LPD lines as RFC 1179 and real clients write them, read and written back octet for octet.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decodeLpdCommand,
  decodeLpdSubcommand,
  encodeLpdCommand,
  encodeLpdSubcommand,
  type LpdCommand,
  type LpdSubcommand,
} from '../../monitors/wire/lpd/commands.ts';
import {
  decodeLpdControlFile,
  encodeLpdControlFile,
  lpdFileName,
  lpdJobOf,
  parseLpdFileName,
} from '../../monitors/wire/lpd/control-file.ts';
import { LpdDecodeError, LpdEncodeError } from '../../monitors/wire/lpd/errors.ts';
import { lpdLimits } from '../../monitors/wire/lpd/limits.ts';
import { LpdLineReader } from '../../monitors/wire/lpd/lines.ts';
import { lpdText } from '../../monitors/wire/lpd/text.ts';

const octets = (text: string) => Buffer.from(text, 'latin1');

const commands: readonly (readonly [string, LpdCommand])[] = [
  ['\x01lp', { kind: 'print-waiting-jobs', queue: 'lp' }],
  ['\x02lp', { kind: 'receive-job', queue: 'lp' }],
  ['\x03lp', { kind: 'short-queue-state', queue: 'lp', list: [] }],
  ['\x04lp anna 12', { kind: 'long-queue-state', queue: 'lp', list: ['anna', '12'] }],
  ['\x05lp root 12', { kind: 'remove-jobs', queue: 'lp', agent: 'root', list: ['12'] }],
];

const subcommands: readonly (readonly [string, LpdSubcommand])[] = [
  ['\x01', { kind: 'abort' }],
  ['\x0262 cfA001host', { kind: 'control-file', sizeBytes: 62, name: 'cfA001host' }],
  ['\x030 dfA001host', { kind: 'data-file', sizeBytes: 0, name: 'dfA001host' }],
];

describe('LPD commands', () => {
  for (const [line, command] of commands) {
    test(`${command.kind} is written and read`, () => {
      assert.deepEqual(decodeLpdCommand(octets(line)), command);
      assert.deepEqual(Buffer.from(encodeLpdCommand(command)), octets(`${line}\n`));
    });
  }
  for (const [line, command] of subcommands) {
    test(`${command.kind} is written and read`, () => {
      assert.deepEqual(decodeLpdSubcommand(octets(line)), command);
      assert.deepEqual(Buffer.from(encodeLpdSubcommand(command)), octets(`${line}\n`));
    });
  }

  test('takes the white space of real clients: several blanks, tabs, a carriage return', () => {
    assert.deepEqual(decodeLpdCommand(octets('\x04lp  \t\x0banna \r')), {
      kind: 'long-queue-state',
      queue: 'lp',
      list: ['anna'],
    });
  });

  const refused: readonly (readonly [string, string, (line: Uint8Array) => unknown])[] = [
    ['', 'unknown-command', decodeLpdCommand],
    ['\x06lp', 'unknown-command', decodeLpdCommand],
    ['\x02', 'bad-queue', decodeLpdCommand],
    ['\x02../../etc', 'bad-queue', decodeLpdCommand],
    ['\x02a\x00b', 'bad-queue', decodeLpdCommand],
    ['\x05lp', 'bad-line', decodeLpdCommand],
    [`\x02${'q'.repeat(256)}`, 'bad-queue', decodeLpdCommand],
    [`\x03lp${' 1'.repeat(lpdLimits.listEntries + 1)}`, 'too-many', decodeLpdCommand],
    [`\x02${'q'.repeat(lpdLimits.lineOctets)}`, 'too-long', decodeLpdCommand],
    ['\x02', 'bad-count', decodeLpdSubcommand],
    ['\x02-1 cfA001h', 'bad-count', decodeLpdSubcommand],
    ['\x02 1e3 cfA001h', 'bad-count', decodeLpdSubcommand],
    [`\x03${'9'.repeat(16)} dfA001h`, 'bad-count', decodeLpdSubcommand],
    ['\x0310', 'bad-name', decodeLpdSubcommand],
    ['\x0310 ../dfA001h', 'bad-name', decodeLpdSubcommand],
    ['\x0310 ..', 'bad-name', decodeLpdSubcommand],
  ];
  for (const [line, code, decode] of refused) {
    test(`refuses ${JSON.stringify(line.slice(0, 20))} with ${code}`, () => {
      assert.throws(
        () => decode(octets(line)),
        (error) => error instanceof LpdDecodeError && error.code === code,
      );
    });
  }

  test('never writes a line that a name could break out of', () => {
    for (const queue of ['', 'a b', 'a\nb', 'a\x00', 'q'.repeat(lpdLimits.lineOctets + 1)]) {
      assert.throws(() => encodeLpdCommand({ kind: 'receive-job', queue }), LpdEncodeError);
    }
    assert.throws(
      () => encodeLpdSubcommand({ kind: 'data-file', sizeBytes: -1, name: 'dfA001h' }),
      LpdEncodeError,
    );
  });
});

describe('LPD control files', () => {
  /** As lpr of LPRng writes one. */
  const lprng =
    'Hbox\nPanna\nJreport.txt\nCA\nLanna\nfdfA123box\nUdfA123box\nNreport.txt\n' +
    'fdfA123box\nfdfB123box\nNsecond\n';

  test('are written as they were read', () => {
    const lines = decodeLpdControlFile(octets(lprng));
    assert.equal(Buffer.from(encodeLpdControlFile(lines)).toString(), lprng);
  });

  test('say what is to be printed', () => {
    assert.deepEqual(lpdJobOf(decodeLpdControlFile(octets('Hbox\nPanna\nJjob\nldfA001box\n'))), {
      host: 'box',
      user: 'anna',
      jobName: 'job',
      class: undefined,
      bannerFor: undefined,
      files: [{ name: 'dfA001box', format: 'l', copies: 1, sourceName: undefined }],
    });
  });

  test('count copies, and give each file its own name, whichever line comes first', () => {
    const files = (text: string) => lpdJobOf(decodeLpdControlFile(octets(text))).files;
    assert.deepEqual(files('fa\nfa\nUa\nNone\nfb\nNtwo\n'), [
      { name: 'a', format: 'f', copies: 2, sourceName: 'one' },
      { name: 'b', format: 'f', copies: 1, sourceName: 'two' },
    ]);
    assert.deepEqual(files('None\nfa\nNtwo\nfb\n'), [
      { name: 'a', format: 'f', copies: 1, sourceName: 'one' },
      { name: 'b', format: 'f', copies: 1, sourceName: 'two' },
    ]);
  });

  test('are read from clients that end lines with CR LF, or the last with nothing', () => {
    assert.deepEqual(decodeLpdControlFile(octets('Hbox\r\n\nPanna')), [
      { code: 'H', operand: 'box' },
      { code: 'P', operand: 'anna' },
    ]);
  });

  test('carry UTF-8, and Latin-1 from those who know no other', () => {
    assert.equal(decodeLpdControlFile(Buffer.from('JÄpfel\n'))[0]?.operand, 'Äpfel');
    assert.equal(decodeLpdControlFile(octets('J\xc4pfel\n'))[0]?.operand, 'Äpfel');
  });

  test('are bounded', () => {
    const codeOf = (text: string) => {
      try {
        decodeLpdControlFile(octets(text));
        return undefined;
      } catch (error) {
        return error instanceof LpdDecodeError ? error.code : error;
      }
    };
    assert.equal(codeOf('x'.repeat(lpdLimits.controlFileOctets + 1)), 'too-long');
    assert.equal(codeOf(`J${'x'.repeat(lpdLimits.controlOperandOctets + 1)}\n`), 'too-long');
    assert.equal(codeOf('Ux\n'.repeat(lpdLimits.controlFileLines + 1)), 'too-many');
    assert.equal(codeOf('\x07bell\n'), 'bad-line');
    assert.equal(codeOf('Jbell\x07\n'), 'bad-line');
  });

  test('can not be broken out of by a name', () => {
    for (const operand of ['a\nldfA999x', 'a\x00', '\ud800']) {
      assert.throws(() => encodeLpdControlFile([{ code: 'J', operand }]), LpdEncodeError);
    }
    assert.equal(lpdText('a\r\nldfA999x \x1b%-12345X', 99), 'a ldfA999x  %-12345X');
  });

  test('cut text between characters', () => {
    assert.equal(lpdText('ÄÖÜ', 5), 'ÄÖ');
    assert.equal(lpdText('abc', 2), 'ab');
  });
});

describe('LPD file names', () => {
  test('are made of letter, job number and host', () => {
    assert.equal(lpdFileName('control', 7, 'box'), 'cfA007box');
    assert.equal(lpdFileName('data', 12_345, 'box'), 'dfA345box');
    assert.deepEqual(parseLpdFileName('dfB345box.example'), {
      kind: 'data',
      sequence: 'B',
      jobNumber: 345,
      host: 'box.example',
    });
    assert.equal(parseLpdFileName('report.txt'), undefined);
  });
});

describe('LPD lines off a stream', () => {
  test('come whole however they were cut, and what follows stays', () => {
    const text = octets('\x02lp\n\x0262 cfA001box\nHbox');
    for (let cut = 1; cut < text.length; cut += 1) {
      const reader = new LpdLineReader();
      const lines: string[] = [];
      let rest: Uint8Array = new Uint8Array(0);
      for (const part of [text.subarray(0, cut), text.subarray(cut)]) {
        let chunk: Uint8Array = part;
        for (;;) {
          const progress = lines.length < 2 ? reader.push(chunk) : { done: false as const };
          if (!progress.done) {
            if (lines.length === 2) rest = Buffer.concat([rest, chunk]);
            break;
          }
          lines.push(Buffer.from(progress.line).toString('latin1'));
          chunk = progress.rest;
        }
      }
      assert.deepEqual(lines, ['\x02lp', '\x0262 cfA001box'], `cut at ${cut}`);
      assert.equal(Buffer.from(rest).toString(), 'Hbox', `cut at ${cut}`);
    }
  });

  test('that never end are refused, not kept', () => {
    const reader = new LpdLineReader(8);
    assert.deepEqual(reader.push(octets('12345678')), { done: false });
    assert.throws(() => reader.push(octets('9')), LpdDecodeError);
  });
});
