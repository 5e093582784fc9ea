// A password that is typed at a real terminal: asked for twice, and never shown.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { user } from '../../firmware/api/schemas/user.ts';
import { readPages } from '../../firmware/cli/pages.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { openHouse } from './house.ts';

const secret = 'correct horse battery';

/** script(1) gives the command a terminal; what it shows is what a person sees. */
async function type(
  command: readonly string[],
  lines: readonly (readonly [prompt: string, keys: string])[],
): Promise<{ readonly status: number | null; readonly shown: string }> {
  const words = command.map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', words, '/dev/null'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let shown = '';
  const left = [...lines];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    const [next] = left;
    if (next === undefined || !shown.endsWith(next[0])) return;
    left.shift();
    child.stdin.write(next[1]);
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, shown };
}

test('a password that is typed is asked for twice, and not shown', async (t) => {
  const house = await openHouse(t);
  const { data } = await house.serve();
  const add = [...platenFromSources, 'user', 'add', 'anna', '--data', data];
  const different = await type(add, [
    ['New password: ', `${secret}\r`],
    ['Again: ', 'another\r'],
  ]);
  assert.deepEqual([different.status, different.shown.includes('not the same')], [2, true]);
  const givenUp = await type(add, [['New password: ', 'corr\x03']]);
  assert.equal(givenUp.status, 1);
  // Typed wrongly, erased, and typed again.
  const right = await type(add, [
    ['New password: ', `wrong\x15${secret}x\x7f\r`],
    ['Again: ', `${secret}\r`],
  ]);
  assert.equal(right.status, 0, right.shown);
  for (const { shown } of [different, givenUp, right]) assert.doesNotMatch(shown, /corr|another/);
  const names = (await readPages(house.api(), '/users', user)).map(({ name }) => name);
  assert.deepEqual(names, ['anna']);
});
