// The Xcv dispatcher answers every wrong call with its status, and never throws.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { HalError } from '../../hal/errors.ts';
import type { JsonValue, XcvAccess } from '../../monitors/contract.ts';
import { noInput, noOutput, openXcv, xcvCommand } from '../../monitors/xcv.ts';

interface Context {
  readonly added: string[];
}

const commands = [
  xcvCommand({
    name: 'AddPort',
    access: 'SERVER_ACCESS_ADMINISTER',
    object: 'monitor',
    input: z.strictObject({ name: z.string(), port: z.strictObject({ number: z.int() }) }),
    output: noOutput,
    run: async (context: Context, { name }) => {
      context.added.push(name);
      return { status: 'ERROR_SUCCESS', output: null };
    },
  }),
  xcvCommand({
    name: 'GetConfigInfo',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'port',
    input: noInput,
    output: z.strictObject({ ports: z.array(z.string()) }),
    run: async (context: Context) => ({
      status: 'ERROR_SUCCESS',
      output: { ports: context.added },
    }),
  }),
  xcvCommand({
    name: 'Throw',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'either',
    input: z.strictObject({ timedOut: z.boolean() }),
    output: noOutput,
    run: async (_context: Context, { timedOut }) => {
      throw timedOut ? new HalError('timed-out', 'the printer') : new Error('the bug');
    },
  }),
  xcvCommand({
    name: 'BadOutput',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'either',
    input: noInput,
    output: z.string().max(1),
    run: async (_context: Context) => ({ status: 'ERROR_SUCCESS', output: 'long' }),
  }),
];

function open(
  object: 'monitor' | 'port' = 'monitor',
  access: readonly XcvAccess[] = ['SERVER_ACCESS_ADMINISTER'],
) {
  const context: Context = { added: [] };
  const handle = openXcv({ commands, context, object, grantedAccess: new Set(access) });
  const call = (name: string, input: JsonValue, signal = new AbortController().signal) =>
    handle.xcvDataPort(name, input, { signal });
  return { handle, context, call };
}

const goodInput = { name: 'A', port: { number: 1 } };

describe('Xcv', () => {
  test('runs a command with its checked input', async () => {
    const { call, context } = open();
    assert.deepEqual(await call('AddPort', goodInput), { status: 'ERROR_SUCCESS', output: null });
    assert.deepEqual(context.added, ['A']);
    assert.equal((await call('AddPort', { ...goodInput, version: 1 })).status, 'ERROR_SUCCESS');
  });

  test('an unknown command is told the nearest', async () => {
    const { call } = open();
    const near = await call('addPrt', null);
    assert.equal(near.status, 'ERROR_INVALID_PARAMETER');
    assert.match(near.message ?? '', /did you mean AddPort\?/);
    const far = await call('x'.repeat(1_000_000), null);
    assert.equal(far.status, 'ERROR_INVALID_PARAMETER');
    assert.ok((far.message ?? '').length < 400);
    assert.equal((await call('constructor', null)).status, 'ERROR_INVALID_PARAMETER');
  });

  test('the right is checked before the input is looked at', async () => {
    const { call, context } = open('monitor', ['SERVER_ACCESS_ENUMERATE', 'PORT_ACCESS_USE']);
    const denied = await call('AddPort', 'nonsense');
    assert.equal(denied.status, 'ERROR_ACCESS_DENIED');
    assert.match(denied.message ?? '', /SERVER_ACCESS_ADMINISTER/);
    assert.deepEqual(context.added, []);
    const reader = open('port', ['SERVER_ACCESS_ENUMERATE']);
    assert.equal((await reader.call('GetConfigInfo', {})).status, 'ERROR_SUCCESS');
    assert.equal((await open('port', []).call('GetConfigInfo', {})).status, 'ERROR_ACCESS_DENIED');
  });

  test('a command of the other kind of handle says which it needs', async () => {
    const wrong = await open('port').call('AddPort', goodInput);
    assert.equal(wrong.status, 'ERROR_INVALID_PARAMETER');
    assert.match(wrong.message ?? '', /,XcvMonitor/);
  });

  test('bad input says where', async () => {
    const { call } = open();
    const bad = await call('AddPort', { name: 'A', port: { number: 'x' } });
    assert.equal(bad.status, 'ERROR_INVALID_DATA');
    assert.match(bad.message ?? '', /port\.number/);
    for (const input of [null, [], 'x', 7, {}, { ...goodInput, extra: 1 }]) {
      assert.equal((await call('AddPort', input)).status, 'ERROR_INVALID_DATA');
    }
  });

  test('an unknown version is no bad input', async () => {
    const { call } = open();
    for (const version of [2, 0, '1', null]) {
      const answer = await call('AddPort', { ...goodInput, version });
      assert.equal(answer.status, 'ERROR_INVALID_LEVEL');
    }
  });

  test('a command that throws becomes a status', async () => {
    const { call } = open();
    const failed = await call('Throw', { timedOut: false });
    assert.deepEqual(failed, { status: 'ERROR_GEN_FAILURE', message: 'Throw: the bug' });
    assert.equal((await call('Throw', { timedOut: true })).status, 'ERROR_TIMEOUT');
    const aborted = await call('Throw', { timedOut: false }, AbortSignal.abort());
    assert.equal(aborted.status, 'ERROR_CANCELLED');
    assert.equal((await call('BadOutput', null)).status, 'ERROR_GEN_FAILURE');
  });

  test('a closed handle is invalid', async () => {
    const { call, handle } = open();
    handle.xcvClosePort();
    assert.equal((await call('AddPort', goodInput)).status, 'ERROR_INVALID_HANDLE');
  });
});
