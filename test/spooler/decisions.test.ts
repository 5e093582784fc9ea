// The decisions after an attempt, as tables.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type AttemptEnd,
  blockingMessage,
  blockingReasons,
  decideEnd,
  fairOrder,
  nextBackoffMs,
} from '../../firmware/printers/decisions.ts';
import { checkPrinterName } from '../../firmware/printers/names.ts';
import { defaultSettings } from '../../firmware/printers/settings.ts';
import { type PoolPort, printerCondition } from '../../firmware/printers/status.ts';

const brokenOff = (deliveredBytes: number): AttemptEnd => ({
  kind: 'interrupted',
  deliveredBytes,
  message: 'It broke off.',
});

describe('decideEnd', () => {
  const rows: readonly [string, AttemptEnd, boolean, 'restart' | 'hold', string][] = [
    ['nothing delivered', brokenOff(0), false, 'restart', 'interrupt restart'],
    ['nothing delivered, policy hold', brokenOff(0), false, 'hold', 'interrupt restart'],
    ['nothing delivered, marked', brokenOff(0), true, 'restart', 'interrupt restart'],
    ['delivered', brokenOff(1), false, 'restart', 'interrupt restart'],
    ['delivered, policy hold', brokenOff(1), false, 'hold', 'interrupt hold'],
    ['delivered, second time', brokenOff(1), true, 'restart', 'interrupt hold'],
    ['sent', { kind: 'completed', outcome: 'sent', reasons: [] }, false, 'hold', 'end completed'],
    ['cancelled here', { kind: 'cancelled' }, false, 'restart', 'none'],
    ['at the device', { kind: 'cancelled-at-device', message: '' }, true, 'hold', 'end canceled'],
    ['unreadable', { kind: 'unreadable', message: 'gone' }, false, 'restart', 'end aborted'],
  ];
  for (const [when, end, possiblyPrintedTwice, policy, expected] of rows) {
    test(when, () => {
      const decision = decideEnd(end, { possiblyPrintedTwice }, policy);
      const detail =
        decision.kind === 'interrupt'
          ? decision.decision
          : decision.kind === 'end'
            ? decision.state
            : '';
      assert.equal(`${decision.kind} ${detail}`.trim(), expected);
    });
  }

  test('keeps what the device said about a completed job', () => {
    const reasons = [{ keyword: 'toner-low', severity: 'warning' }] as const;
    const end = { kind: 'completed', outcome: 'printed', reasons } as const;
    const decision = decideEnd(end, { possiblyPrintedTwice: false }, 'restart');
    assert.deepEqual(decision.kind === 'end' && [decision.outcome, decision.reasons], [
      'printed',
      ['job-completed-with-warnings'],
    ]);
  });
});

test('the back-off doubles from the first to the last wait', () => {
  const limits = { backoffFirstMs: 1_000, backoffLastMs: 60_000 };
  const waits: number[] = [];
  for (let at = 0; at < 8; at += 1) waits.push(nextBackoffMs(waits.at(-1) ?? 0, limits));
  assert.deepEqual(
    waits.map((ms) => ms / 1_000),
    [1, 2, 4, 8, 16, 32, 60, 60],
  );
});

test('only errors of others than the port monitor keep a port from trying', () => {
  const error = { keyword: 'media-jam', severity: 'error' } as const;
  const warning = { keyword: 'toner-low', severity: 'warning' } as const;
  const blocking = blockingReasons([
    { source: 'port-monitor', reasons: [error], atMs: 1 },
    { source: 'snmp', reasons: [warning], atMs: 1 },
  ]);
  assert.deepEqual(blocking, []);
  assert.deepEqual(blockingReasons([{ source: 'snmp', reasons: [error], atMs: 1 }]), [error]);
});

test('what stops a device is told in its newest words, else by keywords', () => {
  const error = { keyword: 'media-empty', severity: 'error' } as const;
  const at = (atMs: number, message?: string) =>
    ({
      source: 'snmp',
      reasons: [error],
      atMs,
      ...(message === undefined ? {} : { message }),
    }) as const;
  assert.equal(blockingMessage([at(1)]), 'media-empty');
  assert.equal(
    blockingMessage([at(1, 'Tray 1 empty'), at(2, 'Tray 2 empty'), at(3)]),
    'Tray 2 empty',
  );
  const idle = { source: 'language-monitor', reasons: [], message: 'Ready', atMs: 9 } as const;
  assert.equal(blockingMessage([at(1), idle]), 'media-empty');
});

test('the printer that was served last comes last', () => {
  const printers = ['b', 'c', 'a'].map((id) => ({ id }));
  const after = (id: string | undefined) =>
    fairOrder(printers, id)
      .map((one) => one.id)
      .join('');
  assert.deepEqual([undefined, 'a', 'b', 'c', 'bb'].map(after), [
    'abc',
    'bca',
    'cab',
    'abc',
    'cab',
  ]);
});

describe('names of printers', () => {
  for (const name of ['office', 'Büro 2', 'a.b-c_d~e', '%41', 'x'.repeat(127), '打印机']) {
    test(`possible: ${name.slice(0, 20)}`, () => assert.equal(checkPrinterName(name), undefined));
  }
  const impossible = [
    '',
    'a/b',
    'a?b',
    'a#b',
    'a\nb',
    'a\u007fb',
    'a\u202eb',
    ' a',
    '.',
    '..',
    '\ud800',
    'x'.repeat(128),
    'ü'.repeat(64),
    '56bb4135-f782-4ee3-b0d1-9cfd4cf87bd2',
  ];
  for (const name of impossible) {
    test(`impossible: ${JSON.stringify(name).slice(0, 30)}`, () => {
      assert.equal(checkPrinterName(name)?.code, 'value-not-supported');
    });
  }
});

describe('the condition of a printer', () => {
  const port = (patch: Partial<PoolPort> = {}): PoolPort => ({
    name: 'a',
    state: 'idle',
    reasons: [],
    message: '',
    statuses: [],
    working: false,
    ...patch,
  });
  const jam = [{ keyword: 'media-jam', severity: 'error' }] as const;
  const rows: readonly [string, boolean, readonly PoolPort[], string][] = [
    ['nothing to do', true, [port()], 'idle none'],
    ['printing', true, [port({ state: 'busy', working: true })], 'processing none'],
    ["another printer's job", true, [port({ state: 'busy' })], 'idle none'],
    ['waiting', true, [port({ state: 'waiting', reasons: jam })], 'stopped media-jam-error'],
    [
      'jam in a job',
      true,
      [port({ state: 'waiting', reasons: jam, working: true })],
      'stopped media-jam-error',
    ],
    [
      'half a pool',
      true,
      [port({ state: 'waiting', reasons: jam }), port()],
      'idle media-jam-error',
    ],
    ['failed', true, [port({ state: 'failed' })], 'stopped other-error'],
    ['disabled', false, [port()], 'stopped paused'],
    [
      'disabled in a job',
      false,
      [port({ state: 'busy', working: true })],
      'processing moving-to-paused',
    ],
    ['no port', true, [], 'stopped other-error'],
  ];
  for (const [when, enabled, pool, expected] of rows) {
    test(when, () => {
      const { state, reasons } = printerCondition({ ...defaultSettings, enabled }, pool);
      assert.equal(`${state} ${reasons.join()}`, expected);
    });
  }
});
