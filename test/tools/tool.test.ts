// How tools are called: usage on demand, and beside what is wrong.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Each of `npm run`'s tools that takes options. */
const tools = [
  'tools/bench/bench.ts',
  'tools/build/build.ts',
  'tools/crash-test/crash-test.ts',
  'tools/crowd/crowd.ts',
  'tools/heartbeat-bench/bench.ts',
  'tools/image/image.ts',
  'tools/image/verify.ts',
  'tools/long-queue/long-queue.ts',
  'test/snmp/bench.ts',
  'test/snmp/mutated.ts',
  'test/world/simulate.ts',
];

const root = fileURLToPath(new URL('../..', import.meta.url));

function called(tool: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

for (const tool of tools) {
  test(`${tool} shows how it is called, and what is wrong`, () => {
    const help = called(tool, '--help');
    assert.deepEqual({ status: help.status, stderr: help.stderr }, { status: 0, stderr: '' });
    assert.match(help.stdout, /^usage: npm run [\s\S]*\n$/);
    const wrong = called(tool, '--no-such-thing');
    assert.deepEqual({ status: wrong.status, stdout: wrong.stdout }, { status: 2, stdout: '' });
    assert.equal(wrong.stderr, `Unknown option '--no-such-thing'\n${help.stdout}`);
  });
}

test('a count that is none is told with its option', () => {
  for (const text of ['x', '-1', '1.5', '']) {
    const { status, stderr } = called('tools/crash-test/crash-test.ts', `--runs=${text}`);
    assert.equal(status, 2);
    assert.ok(stderr.startsWith(`--runs is a whole number from 0 on, not '${text}'\n`), stderr);
  }
});
