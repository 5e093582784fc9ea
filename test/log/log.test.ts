// The log: one JSON line an entry, time from the injected clock, nothing secret.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../firmware/log/log.ts';
import type { LogLevel } from '../../firmware/config/log-section.ts';
import { HalError } from '../../hal/errors.ts';
import { VirtualClock } from '../world/clock.ts';

function recorded(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLog({
    level,
    clock: new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) }),
    destination,
  });
  return { log, read: (): unknown[] => lines.map((line) => JSON.parse(line)) };
}

test('an entry is one line with level, time, room, message and facts', () => {
  const { log, read } = recorded();
  log.child('spooler').info('a job came', { job: 7 });
  assert.deepEqual(read(), [
    {
      level: 'info',
      time: '2030-01-01T00:00:00.000Z',
      room: 'spooler',
      job: 7,
      message: 'a job came',
    },
  ]);
});

test('entries below the level are not written', () => {
  const { log, read } = recorded('warn');
  log.info('quiet');
  log.child('room').debug('quieter');
  log.warn('loud');
  assert.equal(read().length, 1);
});

test('an error keeps its code and its cause', () => {
  const { log, read } = recorded();
  const cause = Object.assign(new Error('write EIO'), { code: 'EIO' });
  log.error('failed', { error: new HalError('io-error', '/dev/x', { cause }) });
  const [entry] = read();
  assert.partialDeepStrictEqual(entry, {
    error: { code: 'io-error', cause: { code: 'EIO', message: 'write EIO' } },
  });
});

test('secrets do not reach the log', () => {
  const { log, read } = recorded();
  const privateKey = 'MC4CAQ';
  log.info('made', { password: 'pw', node: { privateKey }, a: { b: { token: 'tk' } } });
  const text = JSON.stringify(read());
  for (const secret of ['pw', privateKey, 'tk']) assert.ok(!text.includes(secret), secret);
});

test('a fact called message stands beside the message, not in its place', () => {
  const { log, read } = recorded();
  log.warn('a document could not be spooled', { message: 'no space left', level: 3 });
  assert.partialDeepStrictEqual(read()[0], {
    level: 'warn',
    why: 'no space left',
    message: 'a document could not be spooled',
  });
});
