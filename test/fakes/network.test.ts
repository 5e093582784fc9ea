// The network in memory keeps the contract of Tcp, as the kernel's does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { tcpSuite } from '../hal/tcp-suite.ts';
import { VirtualClock } from '../world/clock.ts';
import { createFakeNetwork } from './network.ts';

tcpSuite('in memory', () => ({
  tcp: createFakeNetwork({ clock: new VirtualClock() }),
  addresses: ['127.0.0.1', '127.0.0.2'],
}));

test('a silent host times out', async () => {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock, silent: new Set(['192.0.2.1']) });
  const connect = tcp.connect({ host: '192.0.2.1', port: 9100, timeoutMs: 5000 });
  const outcome = assert.rejects(connect, (error) => isHalError(error, 'timed-out'));
  await clock.advance(5000);
  await outcome;
});
