// The served process gets none of the capabilities that a service manager gave its supervisor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutCapabilities } from '../../firmware/entry/lesser-process.ts';

const status = (ambient: string) =>
  `Name:\tplaten\nCapBnd:\t0000000000003000\nCapAmb:\t${ambient}\n`;

test('ambient capabilities are dropped before the program starts', () => {
  const words = withoutCapabilities(status('0000000000003000'), true);
  assert.deepEqual(words, ['/usr/bin/setpriv', '--ambient-caps=-all', '--inh-caps=-all', '--']);
});

test('a supervisor without them, or without setpriv, starts its child as it is', () => {
  assert.deepEqual(withoutCapabilities(status('0000000000000000'), true), []);
  assert.deepEqual(withoutCapabilities(status('0000000000003000'), false), []);
  assert.deepEqual(withoutCapabilities('', true), []);
});
