// What is read of an IPP printer's answers: known words, unknown ones, and any message at all.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { jobEndOf, readJobFacts } from '../../monitors/ipp/job-facts.ts';
import { ippMonitorLimits } from '../../monitors/ipp/limits.ts';
import { readPrinterFacts } from '../../monitors/ipp/printer-facts.ts';
import { readIppTarget } from '../../monitors/ipp/target.ts';
import type { IppMessage, IppValue } from '../../monitors/wire/ipp/message.ts';
import { attribute, enumValue, group, keyword, text } from '../../monitors/wire/ipp/values.ts';

function printerSaying(state: number, first: string, ...others: readonly string[]): IppMessage {
  const reasons = attribute('printer-state-reasons', keyword(first), ...others.map(keyword));
  return messageOf('printer-attributes', attribute('printer-state', enumValue(state)), reasons);
}

function messageOf(
  tag: 'printer-attributes' | 'job-attributes',
  ...attributes: Parameters<typeof group>[1][]
): IppMessage {
  const version = { major: 2, minor: 0 };
  return { version, code: 0, requestId: 1, groups: [group(tag, ...attributes)] };
}

describe('printer-state-reasons', () => {
  const rows: readonly (readonly [number, string, readonly string[]])[] = [
    [3, 'none', []],
    [3, 'media-low-report', ['media-low report']],
    [4, 'toner-low-warning', ['toner-low warning']],
    [5, 'media-jam-error', ['media-jam error']],
    [5, 'media-jam', ['media-jam error']],
    [3, 'media-jam', ['media-jam warning']],
    [5, 'offline-report', ['offline-report report']],
    [5, 'moving-to-paused', ['paused error']],
    [3, 'com.vendor-flux-capacitor-warning', ['other warning']],
    [3, '', []],
  ];
  for (const [state, word, wanted] of rows) {
    test(`"${word}" in state ${state}`, () => {
      const { reasons } = readPrinterFacts(printerSaying(state, word));
      assert.deepEqual(
        reasons.map((reason) => `${reason.keyword} ${reason.severity}`),
        wanted,
      );
    });
  }

  test('are bounded, and each is named once', () => {
    const many = Array.from({ length: 1_000 }, (_none, at) => `vendor-${at}-error`);
    const facts = readPrinterFacts(printerSaying(5, 'media-jam-error', ...many));
    assert.equal(facts.reasons.length, 2);
    assert.ok((facts.message?.length ?? 0) <= ippMonitorLimits.messageLength);
  });
});

describe('any message', () => {
  const value: fc.Arbitrary<IppValue> = fc.oneof(
    fc.string({ unit: 'binary' }).map(text),
    fc.string().map(keyword),
    fc.integer({ min: -9, max: 20 }).map(enumValue),
    fc.constant<IppValue>({ syntax: 'no-value', value: null }),
    fc.constant<IppValue>({ syntax: 'collection', value: [] }),
    fc.constant<IppValue>({ syntax: 'opaque', value: { tag: 0x7f, octets: new Uint8Array(3) } }),
  );
  const names = [
    'printer-state',
    'printer-state-reasons',
    'printer-state-message',
    'printer-is-accepting-jobs',
    'document-format-supported',
    'operations-supported',
    'printer-make-and-model',
    'job-id',
    'job-state',
    'job-state-reasons',
    'job-state-message',
  ];
  const anyAttribute = fc
    .tuple(fc.constantFrom(...names), value, fc.array(value, { maxLength: 4 }))
    .map(([name, first, others]) => attribute(name, first, ...others));

  test('says something of a printer and of a job, and never hurts', () => {
    fc.assert(
      fc.property(fc.array(anyAttribute), (attributes) => {
        const printer = readPrinterFacts(messageOf('printer-attributes', ...attributes));
        assert.ok(!/\p{Cc}/u.test(printer.message ?? ''));
        jobEndOf(readJobFacts(messageOf('job-attributes', ...attributes)));
        readPrinterFacts(messageOf('job-attributes', ...attributes));
      }),
    );
  });
});

describe('a printer URI', () => {
  test('is taken apart', () => {
    const rows = [
      ['ipp://printer', 'printer', 631, '/', false],
      ['ipps://Printer.example:8631/ipp/print', 'printer.example', 8631, '/ipp/print', true],
      ['ipp://[::1]:80/x?y', '::1', 80, '/x?y', false],
    ] as const;
    for (const [uri, host, port, path, tls] of rows) {
      const read = readIppTarget(uri);
      assert.ok(read.kind === 'read', uri);
      const { uri: named, ...target } = read.target;
      assert.deepEqual(target, { host, port, path, tls });
      assert.deepEqual(readIppTarget(named), read, 'what is sent means the same');
    }
  });

  test('is anything, and never a fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (rest) => {
        readIppTarget(rest);
        readIppTarget(`ipp://${rest}`);
      }),
    );
  });
});
