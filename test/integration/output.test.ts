// What the program does where its standard streams, or the file it prints, do not work.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createLogDestination } from '../../firmware/entry/log-destination.ts';
import { entryLimits } from '../../firmware/limits/entry-limits.ts';
import { addPrinter, CommandError, runCommand } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { VirtualClock } from '../world/clock.ts';
import { openHouse } from './house.ts';

interface Ended {
  readonly status: number | null;
  readonly errors: string;
}

/** Runs the program with this as its standard output; `gone`: nobody reads it any more. */
async function help(output: number | 'gone'): Promise<Ended> {
  const [program, ...args] = platenFromSources;
  const stdout = output === 'gone' ? 'pipe' : output;
  const child = spawn(program, [...args, 'help'], { stdio: ['ignore', stdout, 'pipe'] });
  child.stdout?.destroy();
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  return { status: await promise, errors };
}

describe('standard output', () => {
  test('a reader that has seen enough is no fault', async () => {
    assert.deepEqual(await help('gone'), { status: 0, errors: '' });
  });

  test('an answer that a full disk does not take is one line and exit status 1', async () => {
    const full = openSync('/dev/full', 'w');
    const { status, errors } = await help(full);
    closeSync(full);
    assert.equal(status, 1);
    assert.match(errors, /^platen: the output was lost: .*ENOSPC.*\n$/);
  });
});

describe('print', () => {
  test('a folder can not be printed, and says so in one line', async (t) => {
    const house = await openHouse(t);
    const platen = await house.serve();
    await addPrinter(platen, 'office', house.emulator);
    const call = runCommand(platenFromSources, ['print', house.folder, '--data', platen.data]);
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.status, 1);
      assert.match(error.message, /can't be read: EISDIR/);
      assert.doesNotMatch(error.message, /\n|a fault of Platen/);
      return true;
    });
  });
});

describe('the log', () => {
  test('an appliance whose log has no room serves, and stops in order', async (t) => {
    const { folder } = await openHouse(t);
    const [program, ...args] = platenFromSources;
    const full = openSync('/dev/full', 'w');
    const settings = [
      'listen.address=127.0.0.1',
      'listen.http=0',
      'listen.https=0',
      'listen.lpd=0',
      'listen.raw=0',
    ];
    const sets = settings.flatMap((setting) => ['--set', setting]);
    const child = spawn(program, [...args, 'serve', '--data', join(folder, 'data'), ...sets], {
      stdio: ['ignore', 'pipe', full],
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    closeSync(full);
    const { promise, resolve } = Promise.withResolvers<number | NodeJS.Signals | null>();
    child.once('exit', (status, signal) => resolve(status ?? signal));
    child.stdout?.once('data', () => child.kill('SIGTERM'));
    assert.equal(await promise, 0);
  });

  test('a full disk costs lines: neither writing nor the last flush waits for it', async () => {
    const file = openSync('/dev/full', 'w');
    const destination = createLogDestination({ clock: new VirtualClock(), file });
    destination.write('one\n');
    destination.write('two\n');
    destination.flush();
    destination.write('three\n');
    destination.flush();
  });

  test('lines come in order, and beyond the limit none is kept', async (t) => {
    const { folder } = await openHouse(t);
    const path = join(folder, 'log');
    const file = openSync(path, 'w');
    const destination = createLogDestination({ clock: new VirtualClock(), file });
    destination.write('one\n');
    destination.write('two\n');
    destination.write(`${'x'.repeat(entryLimits.logBufferCharacters)}\n`);
    destination.write('three\n');
    for (let text = ''; text !== 'one\ntwo\nthree\n'; text = await readFile(path, 'utf8')) {
      assert.ok('one\ntwo\nthree\n'.startsWith(text), text);
    }
    closeSync(file);
  });
});
