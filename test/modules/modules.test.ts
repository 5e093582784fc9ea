// Monitor modules from files: each in a thread, which is ended where it loops, and nobody else's
// fault.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { MonitorHost } from '../../firmware/spooler/monitor-host.ts';
import { sleep } from '../../hal/time.ts';
import { docOf } from '../monitors/port-monitor-suite.ts';
import { hal, house, never, open, print } from './house.ts';
import { moduleSource as source } from './module-source.ts';

const document = Buffer.from('a document');
const converted = 'initializePrintMonitor2';
const monitorOf = (host: MonitorHost, name: string) =>
  host.monitors().find((monitor) => monitor.name === name);

describe('a module file', () => {
  test('prints through what it is given, as the built-in ones do', async (t) => {
    const { host, folder } = await house(t, { 'memo.mjs': source('memo', converted) });
    const port = await open(host, 'memo', 'desk');
    const end = await print(port, document);
    const wanted = { deliveredBytes: document.length, outcome: 'printed', reasons: [] };
    assert.deepEqual(end.kind === 'returned' && end.value, wanted);
    assert.deepEqual(await readFile(join(folder, `desk-${docOf(0).jobId}`)), document);
    const ports = host.ports().map(({ name, description }) => [name, description]);
    assert.deepEqual(ports, [['desk', 'box']]);
    await port.close();
  });

  test('that is not converted serves the node, and is refused for a group by name', async (t) => {
    const files = { 'old.mjs': source('old', 'initializePrintMonitor') };
    const here = await house(t, files);
    assert.equal((await print(await open(here.host, 'old', 'desk'), document)).kind, 'returned');
    const { host } = await house(t, files, { local: false });
    const old = monitorOf(host, 'old');
    assert.equal(old?.state, 'failed');
    assert.match(old?.message ?? '', /"old" can't serve group "front-office": it is not converted/);
  });

  test('that can not be loaded, or is none, is shown with the reason', async (t) => {
    const { host } = await house(t, {
      'broken.mjs': 'export default {',
      'empty.mjs': 'export const nothing = 1;',
      'memo.mjs': source('memo', converted),
      'throws.mjs': 'throw new Error("I will not");',
      'twice.mjs': source('memo', converted),
      'notes.txt': 'no module',
    });
    const states = host.monitors().map(({ name, state }) => [name, state]);
    assert.deepEqual(states, [
      ['broken.mjs', 'failed'],
      ['empty.mjs', 'failed'],
      ['memo', 'ready'],
      ['throws.mjs', 'failed'],
      ['twice.mjs', 'failed'],
    ]);
    assert.match(monitorOf(host, 'throws.mjs')?.message ?? '', /I will not/);
    assert.match(monitorOf(host, 'twice.mjs')?.message ?? '', /a monitor memo already/);
  });
});

describe('a module that misbehaves', () => {
  test('by a loop: its thread is ended, others print meanwhile, and it comes back', async (t) => {
    const { host } = await house(t, {
      'loop.mjs': source('loop', converted, 'if (bytes.length === 3) for (;;);'),
      'memo.mjs': source('memo', converted),
    });
    const bad = await open(host, 'loop', 'stuck');
    const good = await open(host, 'memo', 'desk');
    await bad.startDoc(docOf(3), never);
    const looping = bad.write(Buffer.from('...'), never);
    assert.equal((await print(good, document)).kind, 'returned', 'while it loops');
    const end = await looping;
    assert.match(end.kind === 'threw' ? end.message : end.kind, /loop.mjs: it did not answer/);
    await bad.close();
    const untilMs = hal.clock.monotonicMs() + 30_000;
    let again = await host.openPort('stuck', never);
    while (again.kind === 'failed' && hal.clock.monotonicMs() < untilMs) {
      await sleep(hal.clock, 500);
      again = await host.openPort('stuck', never);
    }
    assert.ok(again.kind === 'opened', JSON.stringify(again));
    assert.equal((await print(again.port, document)).kind, 'returned', 'in a new thread');
  });

  test('by a promise that never settles: that call is cut off, its thread serves', async (t) => {
    const onWrite = 'if (bytes.length === 3) await new Promise(() => {});';
    const { host } = await house(t, { 'deaf.mjs': source('deaf', converted, onWrite) });
    const deaf = await open(host, 'deaf', 'one');
    const other = await open(host, 'deaf', 'two');
    await deaf.startDoc(docOf(3), never);
    const hanging = deaf.write(Buffer.from('...'), never);
    assert.equal((await print(other, document)).kind, 'returned');
    assert.equal((await hanging).kind, 'cut-off');
    assert.equal((await print(other, document)).kind, 'returned');
  });

  for (const [name, onWrite] of [
    ['throws', 'throw new Error("no paper for you")'],
    ['lies', 'return { kind: "written", writtenBytes: "all" }'],
    ['leaves', 'process.exit(3)'],
  ] as const) {
    test(`and ${name}: the call fails, and says so`, async (t) => {
      const { host } = await house(t, { [`${name}.mjs`]: source(name, converted, onWrite) });
      const port = await open(host, name, 'desk');
      await port.startDoc(docOf(3), never);
      assert.equal((await port.write(Buffer.from('...'), never)).kind, 'threw');
    });
  }
});
