// The log's files: all lines in order, bounded, and a disk that fails costs lines and nothing else.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tellingLimits as limits } from '../../firmware/limits/telling-limits.ts';
import { createLogFiles, logFilePaths } from '../../firmware/telling/log-files.ts';
import { createRecentLines } from '../../firmware/telling/recent-lines.ts';
import { VirtualClock } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';

describe('the files of the log', () => {
  test('keep lines in order over restarts', async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { files } = disk.mount();
    for (const life of [1, 2]) {
      const log = createLogFiles({ files, clock: new VirtualClock(), folder: '/log' });
      for (const line of [1, 2, 3]) log.write(`${life}.${line}\n`);
      await log.close();
    }
    const text = Buffer.from(await files.readFile('/log/platen.log', 1_000)).toString();
    assert.equal(text, '1.1\n1.2\n1.3\n2.1\n2.2\n2.3\n');
  });

  test('are bounded in size and number', async () => {
    const { files } = new SimulatedDisk({ seed: 1 }).mount();
    const log = createLogFiles({ files, clock: new VirtualClock(), folder: '/log' });
    const line = `${'x'.repeat(64 * 1024)}\n`;
    const rounds = (2 * limits.logFileBytes * (limits.logOlderFiles + 1)) / line.length;
    for (let round = 0; round < rounds; round += 1) {
      log.write(line);
      await log.close();
    }
    log.write('the newest\n');
    await log.close();
    const names = (await files.list('/log')).map(({ name }) => name).toSorted();
    const paths = logFilePaths('/log').map((path) => path.replace('/log/', ''));
    assert.deepEqual(names, paths.toSorted());
    for (const name of names) {
      const { length } = await files.readFile(`/log/${name}`, 2 * limits.logFileBytes);
      assert.ok(length <= limits.logFileBytes + line.length, `${name}: ${length}`);
    }
  });

  test('go on after a disk that took nothing', async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const { files } = disk.mount();
    const clock = new VirtualClock();
    const log = createLogFiles({ files, clock, folder: '/log' });
    disk.faults.add({ operation: 'write', code: 'no-space', times: 1 });
    log.write('lost\n');
    await log.close();
    log.write('waits\n');
    await clock.advance(limits.retryLastMs);
    await log.close();
    const text = Buffer.from(await files.readFile('/log/platen.log', 1_000)).toString();
    assert.equal(text, 'waits\n');
  });

  test('rest after a fault of our own too, which is told', async () => {
    const { files } = new SimulatedDisk({ seed: 1 }).mount();
    const clock = new VirtualClock();
    let attempts = 0;
    const broken = async () => {
      attempts += 1;
      throw new TypeError('a fault of ours');
    };
    const log = createLogFiles({
      files: { ...files, makeDirectory: broken },
      clock,
      folder: '/log',
    });
    log.write('one\n');
    const first = log.close();
    log.write('two\n');
    await assert.rejects(first, TypeError);
    await log.close();
    assert.equal(attempts, 1);
  });
});

describe('the newest lines', () => {
  test('are shown newest first, by level and in pages', () => {
    const lines = createRecentLines();
    for (const [at, level] of ['info', 'error', 'info', 'debug'].entries()) {
      lines.write(JSON.stringify({ level, time: 't', room: 'r', message: `m${at}`, fact: at }));
    }
    const shown = (options: Parameters<typeof lines.list>[0]) =>
      lines.list(options).map(({ message }) => message);
    assert.deepEqual(shown({ least: 'info', limit: 10 }), ['m2', 'm1', 'm0']);
    assert.deepEqual(shown({ least: 'error', limit: 10 }), ['m1']);
    assert.deepEqual(shown({ least: 'debug', limit: 2, before: 4 }), ['m2', 'm1']);
  });

  test('are bounded', () => {
    const lines = createRecentLines();
    for (let at = 0; at < limits.recentLines + 10; at += 1) {
      lines.write(JSON.stringify({ level: 'info', time: 't', message: `m${at}` }));
    }
    assert.equal(lines.list({ least: 'debug', limit: 1e6 }).length, limits.recentLines);
  });
});
