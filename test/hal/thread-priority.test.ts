// The urgency of threads: the best that the kernel lets a process have, for one thread alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { urgencyBy } from '../../hal/linux/thread-priority.ts';

const done = () => undefined;
const refused = () => 'not permitted';

describe('urgency', () => {
  const rows = [
    { wanted: 'real-time', realTime: done, preferred: done, urgency: 'real-time' },
    { wanted: 'real-time', realTime: refused, preferred: done, urgency: 'preferred' },
    { wanted: 'real-time', realTime: refused, preferred: refused, urgency: 'ordinary' },
    { wanted: 'preferred', realTime: done, preferred: done, urgency: 'preferred' },
    { wanted: 'preferred', realTime: done, preferred: refused, urgency: 'ordinary' },
    { wanted: 'ordinary', realTime: done, preferred: done, urgency: 'ordinary' },
  ] as const;
  for (const { wanted, realTime, preferred, urgency } of rows) {
    const may = `${realTime() ?? 'permitted'}, ${preferred() ?? 'permitted'}`;
    test(`${wanted} where real time and niceness are ${may}: ${urgency}`, () => {
      const granted = urgencyBy({ realTime, preferred })(wanted);
      assert.equal(granted.urgency, urgency);
      assert.equal(granted.why === undefined, urgency === wanted);
    });
  }

  test('one thread of a real process has it, its children and others do not', async () => {
    const module = new URL('../../hal/linux/thread-priority.ts', import.meta.url).href;
    const script = `
      import { readFileSync, readdirSync } from 'node:fs';
      import { execFileSync } from 'node:child_process';
      import { raiseThreadUrgency } from '${module}';
      const policyIn = (stat) => stat.split(') ')[1].split(' ')[38];
      const policyOf = (path) => policyIn(readFileSync(path + '/stat', 'latin1'));
      const { urgency } = raiseThreadUrgency('real-time');
      const threads = readdirSync('/proc/self/task').map((id) => policyOf('/proc/self/task/' + id));
      const child = execFileSync('cat', ['/proc/self/stat'], { encoding: 'latin1' });
      const urgent = threads.filter((policy) => policy === '2').length;
      console.log(JSON.stringify([urgency, urgent, policyIn(child)]));
    `;
    const args = ['--input-type=module', '--eval', script];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const [urgency, urgent, child]: unknown[] = JSON.parse(stdout);
    const may = urgency === 'real-time';
    assert.deepEqual([urgent, child], [may ? 1 : 0, '0']);
  });
});
