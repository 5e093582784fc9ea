// What holds for every LPD line: round trips, and that any octets are data or LpdDecodeError.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  decodeLpdCommand,
  decodeLpdSubcommand,
  encodeLpdCommand,
  encodeLpdSubcommand,
  type LpdCommand,
} from '../../monitors/wire/lpd/commands.ts';
import {
  decodeLpdControlFile,
  encodeLpdControlFile,
  lpdFileFormats,
  lpdJobOf,
} from '../../monitors/wire/lpd/control-file.ts';
import { LpdDecodeError } from '../../monitors/wire/lpd/errors.ts';
import { lpdLimits } from '../../monitors/wire/lpd/limits.ts';
import { LpdLineReader } from '../../monitors/wire/lpd/lines.ts';
import { hasControlCharacter, lpdText } from '../../monitors/wire/lpd/text.ts';

/** Without the null prototype that a decoded object would not equal. */
function plain<T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(members, { noNullPrototype: true });
}

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => text.replaceAll(/[\s/\p{C}]|^\.+$/gu, '-'));
const list = fc.array(word, { maxLength: 8 });

const command: fc.Arbitrary<LpdCommand> = fc.oneof(
  plain({ kind: fc.constantFrom('print-waiting-jobs', 'receive-job'), queue: word }),
  plain({ kind: fc.constantFrom('short-queue-state', 'long-queue-state'), queue: word, list }),
  plain({ kind: fc.constant('remove-jobs'), queue: word, agent: word, list }),
);

const controlLine = plain({
  code: fc.constantFrom(...Array.from('HPJCLNUISM'), ...Object.keys(lpdFileFormats)),
  operand: fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .map((text) => text.replaceAll(/\p{C}/gu, '?')),
});

function dataOrRefusal(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof LpdDecodeError, `threw ${String(error)}`);
  }
}

describe('every LPD line', () => {
  test('that is written is read as it was', () => {
    fc.assert(
      fc.property(command, (value) => {
        assert.deepEqual(decodeLpdCommand(encodeLpdCommand(value).subarray(0, -1)), value);
      }),
    );
    fc.assert(
      fc.property(fc.nat(), word, (sizeBytes, name) => {
        const value = { kind: 'data-file', sizeBytes, name } as const;
        assert.deepEqual(decodeLpdSubcommand(encodeLpdSubcommand(value).subarray(0, -1)), value);
      }),
    );
  });

  test('of a control file is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(controlLine, { maxLength: 20 }), (lines) => {
        assert.deepEqual(decodeLpdControlFile(encodeLpdControlFile(lines)), lines);
      }),
    );
  });
});

describe('any octets', () => {
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    fc.string({ unit: 'binary', maxLength: 500 }).map((text) => new Uint8Array(Buffer.from(text))),
  );

  test('are an LPD command, a control file, or a refusal', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 6 }), (octets, code) => {
        dataOrRefusal(() => decodeLpdCommand(octets));
        dataOrRefusal(() => decodeLpdCommand(Buffer.concat([Uint8Array.of(code), octets])));
        dataOrRefusal(() => decodeLpdSubcommand(Buffer.concat([Uint8Array.of(code), octets])));
        dataOrRefusal(() => lpdJobOf(decodeLpdControlFile(octets)));
      }),
    );
  });

  test('cut anywhere give the same lines', () => {
    const linesOf = (chunks: readonly Uint8Array[]): readonly string[] => {
      const reader = new LpdLineReader(lpdLimits.lineOctets * 4);
      const lines: string[] = [];
      for (const chunk of chunks) {
        let progress = reader.push(chunk);
        while (progress.done) {
          lines.push(Buffer.from(progress.line).toString('latin1'));
          progress = reader.push(progress.rest);
        }
      }
      return lines;
    };
    fc.assert(
      fc.property(hostile, fc.nat(), (octets, at) => {
        const cut = at % (octets.length + 1);
        const parts = [octets.subarray(0, cut), octets.subarray(cut)];
        assert.deepEqual(linesOf(parts), linesOf([octets]));
      }),
    );
  });

  test('become text that a line can carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 64 }), (text, most) => {
        const clean = lpdText(text, most);
        assert.ok(!hasControlCharacter(clean));
        assert.ok(Buffer.byteLength(clean) <= most);
      }),
    );
  });
});
