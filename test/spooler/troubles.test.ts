// Stories of a machine in trouble: it is told to people while it lasts, nothing accepted is lost,
// and it ends by itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HalErrorCode } from '../../hal/errors.ts';
import type { DiskOperation } from '../world/faults.ts';
import { Bench } from './bench.ts';

async function booted(): Promise<Bench> {
  const bench = new Bench();
  await bench.boot();
  await bench.addPrinter();
  return bench;
}

function fail(bench: Bench, operations: readonly DiskOperation[], code: HalErrorCode): () => void {
  const heals = operations.map((operation) => bench.disk.faults.add({ operation, code }));
  return () => {
    for (const heal of heals) heal();
  };
}

function troubleEvents(bench: Bench): readonly string[] {
  return bench.life.events.flatMap(({ type, facts }) =>
    type === 'trouble-began' || type === 'trouble-ended'
      ? [`${type} ${String(facts['kind'])}`]
      : [],
  );
}

interface Row {
  readonly name: string;
  readonly operations: readonly DiskOperation[];
  readonly code: HalErrorCode;
  readonly refusedAs: string;
  /** Small documents need less of the machine: they are not refused. */
  readonly onlyLarge?: true;
  readonly problem: RegExp;
  readonly reason: string;
}

const everything = ['create', 'write', 'sync', 'commit'] as const;

const rows: readonly Row[] = [
  {
    name: 'a full disk',
    operations: everything,
    code: 'no-space',
    refusedAs: 'spool-full',
    problem: /no space left/,
    reason: 'spool-area-full-error',
  },
  {
    name: 'a read-only disk',
    operations: everything,
    code: 'read-only',
    refusedAs: 'store-failed',
    problem: /read-only/,
    reason: 'other-error',
  },
  {
    name: 'a disk whose every write fails',
    operations: everything,
    code: 'io-error',
    refusedAs: 'store-failed',
    problem: /disk fails/,
    reason: 'other-error',
  },
  {
    name: 'a database that can not grow',
    operations: ['commit'],
    code: 'no-space',
    refusedAs: 'spool-full',
    problem: /no space left/,
    reason: 'spool-area-full-error',
  },
  {
    name: 'no descriptors left',
    operations: ['create', 'open'],
    code: 'no-descriptors',
    onlyLarge: true,
    refusedAs: 'busy',
    problem: /no descriptors/,
    reason: 'other-warning',
  },
];

describe('while there is', () => {
  for (const { name, operations, code, refusedAs, problem, reason, onlyLarge } of rows) {
    for (const sizeBytes of onlyLarge ? [100_000] : [100, 100_000]) {
      test(`${name}, ${sizeBytes} bytes are refused, people read why, and it ends`, async () => {
        const bench = await booted();
        bench.device.power = 'off';
        const waiting = await bench.print(bench.random.bytes(70_000));
        const heal = fail(bench, operations, code);
        const refused = await bench.submit(bench.random.bytes(sizeBytes));
        assert.equal(refused.kind === 'refused' && refused.code, refusedAs);
        await bench.pass(60_000);
        const printer = await bench.printer();
        const status = await bench.spooler.printers.status(printer.id);
        assert.ok(status.reasons.includes(reason), status.reasons.join());
        assert.match(status.message, problem);
        assert.match((await bench.spooler.isAlive()).problems.join(' '), problem);
        assert.match(bench.life.warnings.join(' '), problem);
        bench.device.power = 'on';
        heal();
        await bench.pass(61_000);
        assert.deepEqual(await bench.spooler.isAlive(), { alive: true, problems: [] });
        const after = await bench.spooler.printers.status(printer.id);
        assert.deepEqual(after.reasons, ['none']);
        assert.match(troubleEvents(bench).at(-1) ?? '', /^trouble-ended/);
        await bench.untilState(waiting.id, 'completed', 1_000);
        const accepted = await bench.print(bench.random.bytes(sizeBytes));
        await bench.untilState(accepted.id, 'completed', 1_000);
      });
    }
  }
});

test('a small document needs no descriptor to be accepted, and is printed later', async () => {
  const bench = await booted();
  const heal = fail(bench, ['create', 'open'], 'no-descriptors');
  const job = await bench.print(bench.random.bytes(100));
  await bench.pass(60_000);
  assert.match((await bench.spooler.isAlive()).problems.join(' '), /no descriptors/);
  heal();
  await bench.untilState(job.id, 'completed', 61_000);
  assert.equal(bench.device.wholeSheets(job.id).length, 1);
});

describe('a spool that is full', () => {
  test('refuses and says so; printing makes room, and it ends', async () => {
    const bench = new Bench({ diskBytes: 72 * 1024 * 1024 });
    await bench.boot();
    await bench.addPrinter();
    bench.device.power = 'off';
    let accepted = 0;
    let answer = await bench.submit(bench.random.bytes(1_500_000));
    for (; answer.kind === 'accepted' && accepted < 10; accepted += 1) {
      answer = await bench.submit(bench.random.bytes(1_500_000));
    }
    assert.equal(answer.kind === 'refused' && answer.code, 'spool-full');
    assert.ok(accepted > 0);
    await bench.pass(2_000);
    const printer = await bench.printer();
    const { reasons } = await bench.spooler.printers.status(printer.id);
    assert.ok(reasons.includes('spool-area-full-warning'), reasons.join());
    assert.equal(bench.spooler.looksAlive().alive, true);
    bench.device.power = 'on';
    await bench.until(() => bench.device.sheets.length === accepted);
    await bench.pass(31_000);
    const after = await bench.spooler.printers.status(printer.id);
    assert.deepEqual(after.reasons, ['none']);
    assert.equal((await bench.submit(bench.random.bytes(1_500_000))).kind, 'accepted');
  });

  test('is none where one document alone was too large', async () => {
    const bench = await booted();
    const document = { sizeBytes: 2 ** 40 };
    const answer = await bench.submit(Uint8Array.of(1), { document });
    assert.equal(answer.kind === 'refused' && answer.code, 'spool-full');
    await bench.pass(2_000);
    assert.deepEqual(bench.spooler.looksAlive(), { alive: true, problems: [] });
    assert.deepEqual(troubleEvents(bench), []);
  });
});

describe('a document that can not be read', () => {
  test('lets all others pass, says why it waits, and prints when it can', async () => {
    const bench = await booted();
    bench.device.power = 'off';
    const bad = await bench.print(bench.random.bytes(100_000));
    const [file] = await bench.disk.mount().files.list('/spool/documents');
    const others = [await bench.print(Uint8Array.of(1)), await bench.print(Uint8Array.of(2))];
    const path = file?.name ?? '';
    const heal = bench.disk.faults.add({ operation: 'read', path, code: 'io-error' });
    bench.device.power = 'on';
    for (const other of others) await bench.untilState(other.id, 'completed', 61_000);
    await bench.pass(300_000);
    const waits = await bench.job(bad.id);
    assert.equal(waits.state, 'pending');
    assert.equal(waits.attempts, 0);
    assert.deepEqual(waits.reasons, ['resources-are-not-ready']);
    assert.match(waits.message, /can't be read just now/);
    assert.match(bench.spooler.looksAlive().problems.join(), /^Job 1 waits/);
    heal();
    const done = await bench.untilState(bad.id, 'completed', 61_000);
    assert.equal(done.possiblyPrintedTwice, false);
    assert.deepEqual(bench.spooler.looksAlive(), { alive: true, problems: [] });
  });

  test('does not starve the port: it stands idle between two tries', async () => {
    const bench = await booted();
    const heal = bench.disk.faults.add({
      operation: 'read',
      path: '/documents/',
      code: 'io-error',
    });
    const bad = await bench.print(bench.random.bytes(100_000));
    const reads = bench.disk.count('read');
    await bench.pass(600_000);
    assert.ok(bench.disk.count('read') - reads < 100);
    heal();
    await bench.untilState(bad.id, 'completed', 61_000);
  });
});
