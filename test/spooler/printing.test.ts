// Stories of jobs that print: bytes, order, copies, devices that are off, stall, break or are
// cancelled at.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeDevice } from '../fakes/fake-monitor.ts';
import { administrator, Bench, type BenchOptions, streamOf } from './bench.ts';

async function booted(options: BenchOptions = {}): Promise<Bench> {
  const bench = new Bench(options);
  await bench.boot();
  return bench;
}

function firstBytes(device: FakeDevice): readonly (number | undefined)[] {
  return device.sheets.map((sheet) => sheet.bytes[0]);
}

test('a job that prints says how much of it its port has taken, and no record does', async () => {
  const bench = await booted();
  await bench.addPrinter();
  bench.device.stallAtBytes = 3_000;
  const job = await bench.print(bench.random.bytes(5_000), { copies: 2 });
  await bench.untilState(job.id, 'processing-stopped', 60_000);
  assert.equal((await bench.job(job.id)).sentBytes, 3_000);
  const kept = await bench.life.store.query('jobs.get', { spooler: job.spooler, id: job.id });
  assert.equal(kept?.sentBytes, undefined);
  bench.device.stallAtBytes = undefined;
  const done = await bench.untilState(job.id, 'completed', 61_000);
  assert.equal(done.sentBytes, undefined);
});

describe('a job on its way to the device', () => {
  test('arrives byte for byte and is completed as sent', async () => {
    const bench = await booted();
    await bench.addPrinter();
    const bytes = bench.random.bytes(700_001);
    const job = await bench.print(bytes);
    const done = await bench.untilState(job.id, 'completed');
    assert.equal(done.outcome, 'sent');
    assert.equal(done.attempts, 1);
    assert.equal(done.possiblyPrintedTwice, false);
    assert.equal(bench.device.sheets.length, 1);
    assert.ok(Buffer.from(bytes).equals(bench.device.sheets[0]?.bytes ?? Buffer.alloc(0)));
    await bench.stop();
  });

  test('arrives byte for byte through a device that takes a little at a time', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.pieceBytes = 3_001;
    const bytes = bench.random.bytes(600_000);
    const job = await bench.print(bytes);
    await bench.untilState(job.id, 'completed');
    assert.ok(Buffer.from(bytes).equals(bench.device.sheets[0]?.bytes ?? Buffer.alloc(0)));
  });

  test('is completed as printed where the device confirms', async () => {
    const bench = await booted();
    bench.device.outcome = 'printed';
    await bench.addPrinter();
    const job = await bench.print(Uint8Array.of(1));
    assert.equal((await bench.untilState(job.id, 'completed')).outcome, 'printed');
  });

  test('is started in the store before its first byte leaves, with its local port', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.spoil('writePort', 'deaf', 1);
    const job = await bench.print(Uint8Array.of(1));
    await bench.until(() => bench.device.underWay === 1);
    await bench.untilState(job.id, 'processing');
    const attempt = await bench.life.store.query('jobs.attempt', { spooler: 'local', id: job.id });
    assert.deepEqual(attempt, { portName: 'desk', localPort: 40_000 + job.number });
  });

  test('sends no byte while the commit of its start is under way', async () => {
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const bench = await booted({
      wrapStore: (store) => ({
        ...store,
        async commit(unit) {
          if (unit.changes[0]?.type === 'job.started') await held;
          return await store.commit(unit);
        },
      }),
    });
    await bench.addPrinter();
    bench.device.stallAtBytes = 1;
    const job = await bench.print(Uint8Array.of(1, 2));
    await bench.until(() => bench.device.underWay === 1);
    await bench.pass(60_000);
    bench.device.disconnect();
    assert.deepEqual(bench.device.touchedBy(job.id), []);
    commit();
  });

  test('sends every document and copy in order', async () => {
    const bench = await booted();
    const { id } = await bench.addPrinter();
    const { intake } = bench.spooler;
    const request = { printerId: id, name: 'two parts', origin: { ...originOfAda }, copies: 2 };
    const created = await intake.create(request);
    assert.equal(created.kind, 'accepted');
    if (created.kind !== 'accepted') return;
    for (const [number, last] of [
      [1, false],
      [2, true],
    ] as const) {
      const document = { name: `part ${number}`, format: 'application/octet-stream' };
      await intake.add(created.job.id, streamOf(Uint8Array.of(number)), { document, last });
    }
    const done = await bench.untilState(created.job.id, 'completed');
    assert.equal(done.attempts, 1);
    assert.deepEqual(firstBytes(bench.device), [1, 2, 1, 2]);
    assert.equal(bench.device.mostUnderWay, 1);
  });

  test('follows priority, then number', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    await bench.print(Uint8Array.of(1));
    await bench.print(Uint8Array.of(2));
    const last = await bench.print(Uint8Array.of(3), { priority: 20 });
    await bench.print(Uint8Array.of(4), { priority: 90 });
    bench.device.power = 'on';
    await bench.untilState(last.id, 'completed');
    assert.deepEqual(firstBytes(bench.device), [4, 1, 2, 3]);
  });

  test('shares a port fairly between its printers', async () => {
    const bench = await booted();
    const a = await bench.addPrinter('a');
    const b = await bench.addPrinter('b');
    bench.device.power = 'off';
    for (const byte of [1, 2, 3]) await bench.print(Uint8Array.of(byte), { printerId: a.id });
    for (const byte of [11, 12, 13]) await bench.print(Uint8Array.of(byte), { printerId: b.id });
    bench.device.power = 'on';
    await bench.until(() => bench.device.sheets.length === 6);
    const fromA = firstBytes(bench.device).map((byte) => (byte ?? 0) < 10);
    assert.ok(
      fromA.every((isA, at) => at === 0 || isA !== fromA[at - 1]),
      fromA.join(),
    );
  });
});

const originOfAda = {
  door: 'ipp',
  userName: 'ada',
  address: '192.0.2.7',
  authenticated: false,
} as const;

describe('a device that is not ready', () => {
  test('off for an hour, then on: all prints, in order, without an attempt counted', async () => {
    const bench = await booted();
    const printer = await bench.addPrinter();
    bench.device.power = 'off';
    const first = await bench.print(Uint8Array.of(1));
    const second = await bench.print(Uint8Array.of(2));
    await bench.pass(3_600_000);
    const waiting = await bench.job(first.id);
    assert.equal(waiting.state, 'pending');
    assert.match(waiting.message, /does not answer/);
    const status = await bench.spooler.printers.status(printer.id);
    assert.equal(status.state, 'stopped');
    assert.deepEqual(status.reasons, ['connecting-to-device-error']);
    assert.equal(status.queuedJobCount, 2);
    const tries = bench.device.triesAtMs;
    const gaps = tries.slice(1).map((atMs, index) => atMs - (tries[index] ?? 0));
    const expected = [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000);
    assert.deepEqual(gaps.slice(0, expected.length), expected);
    bench.device.power = 'on';
    await bench.untilState(second.id, 'completed', 61_000);
    assert.deepEqual(firstBytes(bench.device), [1, 2]);
    assert.equal((await bench.job(first.id)).attempts, 1);
    const after = await bench.spooler.printers.status(printer.id);
    assert.deepEqual([after.state, after.reasons], ['idle', ['none']]);
  });

  test('that shows itself is tried at once', async () => {
    let show = (): void => undefined;
    const device = new FakeDevice('desk');
    const bench = await booted({
      devices: [device],
      onInit: ({ reportStatus, clock }) => {
        show = () =>
          reportStatus('desk', { source: 'snmp', reasons: [], atMs: clock.monotonicMs() });
      },
    });
    await bench.addPrinter();
    device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(600_000);
    device.power = 'on';
    show();
    await bench.untilState(job.id, 'completed', 100);
  });

  test('that reports an error gets no job until it clears', async () => {
    let report = (_isEmpty: boolean): void => undefined;
    const bench = await booted({
      onInit: ({ reportStatus, clock }) => {
        report = (isEmpty) =>
          reportStatus('desk', {
            source: 'snmp',
            reasons: isEmpty ? [{ keyword: 'media-empty', severity: 'error' }] : [],
            ...(isEmpty ? { message: 'Tray 2 empty' } : {}),
            atMs: clock.monotonicMs(),
          });
      },
    });
    const printer = await bench.addPrinter();
    report(true);
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(3_600_000);
    assert.equal(bench.device.triesAtMs.length, 0);
    const status = await bench.spooler.printers.status(printer.id);
    assert.deepEqual([status.state, status.reasons], ['stopped', ['media-empty-error']]);
    // In the device's words, however long the port has known it.
    assert.equal(status.message, 'Tray 2 empty');
    report(false);
    await bench.untilState(job.id, 'completed', 100);
  });

  test('out of paper in the middle: goes on where it was, after hours', async () => {
    const bench = await booted();
    const printer = await bench.addPrinter();
    bench.device.stallAtBytes = 100_000;
    const bytes = bench.random.bytes(500_000);
    const job = await bench.print(bytes);
    await bench.pass(4 * 3_600_000);
    const waiting = await bench.job(job.id);
    assert.equal(waiting.state, 'processing-stopped');
    assert.match(waiting.message, /Out of paper/);
    assert.deepEqual((await bench.spooler.printers.status(printer.id)).reasons, [
      'media-empty-error',
    ]);
    bench.device.stallAtBytes = undefined;
    const done = await bench.untilState(job.id, 'completed', 60_000);
    assert.equal(done.attempts, 1);
    assert.ok(Buffer.from(bytes).equals(bench.device.sheets[0]?.bytes ?? Buffer.alloc(0)));
  });
});

test('what a monitor holds back at the end is waited for, for hours, and sent once', async () => {
  const bench = await booted();
  await bench.addPrinter();
  bench.device.stallAtBytes = 2;
  bench.device.keepsBack = true;
  const job = await bench.print(Uint8Array.of(1, 2, 3, 4));
  await bench.untilState(job.id, 'processing-stopped', 60_000);
  await bench.pass(3_600_000);
  bench.device.stallAtBytes = undefined;
  const done = await bench.untilState(job.id, 'completed', 61_000);
  assert.equal(done.possiblyPrintedTwice, false);
  assert.equal(bench.device.sheets.length, 1);
});

describe('an attempt that breaks off', () => {
  test('before any byte was delivered: again, without a mark', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.breaks = { atBytes: 0, times: 3 };
    const job = await bench.print(Uint8Array.of(1, 2, 3));
    const done = await bench.untilState(job.id, 'completed');
    assert.equal(done.attempts, 4);
    assert.equal(done.possiblyPrintedTwice, false);
  });

  test('after bytes were delivered: once again, from the first byte, and marked', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.breaks = { atBytes: 70_000, times: 1 };
    const bytes = bench.random.bytes(100_000);
    const job = await bench.print(bytes);
    const done = await bench.untilState(job.id, 'completed');
    assert.equal(done.possiblyPrintedTwice, true);
    assert.deepEqual(
      bench.device.sheets.map((sheet) => sheet.bytes.length),
      [70_000, 100_000],
    );
  });

  test('a second time after delivered bytes: held until a person releases it', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.breaks = { atBytes: 1, times: 2 };
    const poison = await bench.print(Uint8Array.of(1, 2, 3));
    const next = await bench.print(Uint8Array.of(4));
    const held = await bench.untilState(poison.id, 'pending-held');
    assert.match(held.message, /broke off again/);
    await bench.untilState(next.id, 'completed');
    await bench.pass(3_600_000);
    assert.equal((await bench.job(poison.id)).state, 'pending-held');
    const released = await bench.spooler.jobs.release(poison.id, administrator);
    assert.equal(released.kind, 'done');
    const done = await bench.untilState(poison.id, 'completed', 1_000);
    assert.equal(done.possiblyPrintedTwice, true);
  });

  test('on a printer with the policy hold: held at once', async () => {
    const bench = await booted();
    await bench.addPrinter('cheques', { interrupted: 'hold' });
    bench.device.breaks = { atBytes: 2, times: 1 };
    const printer = await bench.printer('cheques');
    const job = await bench.print(Uint8Array.of(1, 2, 3), { printerId: printer.id });
    const held = await bench.untilState(job.id, 'pending-held');
    assert.equal(held.possiblyPrintedTwice, true);
    await bench.pass(3_600_000);
    assert.equal(bench.device.sheets.length, 1);
  });

  test('by a person at the device: final', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.cancelsNext = true;
    const job = await bench.print(Uint8Array.of(1, 2, 3));
    const ended = await bench.untilState(job.id, 'canceled');
    assert.deepEqual(ended.reasons, ['job-canceled-at-device']);
    await bench.pass(3_600_000);
    assert.equal(bench.device.sheets.length, 1);
  });
});

describe('cancelling', () => {
  const phases = [
    ['while it waits in the queue', 'off'],
    ['while its start hangs on', 'startDocPort'],
    ['while a byte hangs on', 'writePort'],
    ['while the device is out of paper', 'stall'],
    ['while its end is waited for', 'endDocPort'],
  ] as const;
  for (const [when, how] of phases) {
    test(when, async () => {
      const bench = await booted();
      await bench.addPrinter();
      if (how === 'off') bench.device.power = 'off';
      else if (how === 'stall') bench.device.stallAtBytes = 1;
      else bench.device.spoil(how, 'deaf', 1);
      const job = await bench.print(Uint8Array.of(1, 2, 3));
      const next = await bench.print(Uint8Array.of(9));
      await bench.pass(5_000);
      const cancelled = await bench.spooler.jobs.cancel(job.id, administrator);
      assert.equal(cancelled.kind, 'done');
      assert.equal((await bench.job(job.id)).state, 'canceled');
      bench.device.power = 'on';
      bench.device.stallAtBytes = undefined;
      await bench.untilState(next.id, 'completed', 65_000);
      assert.equal((await bench.job(job.id)).state, 'canceled');
      assert.equal(bench.device.wholeSheets(job.id).length, 0);
      const again = await bench.spooler.jobs.cancel(job.id, administrator);
      assert.equal(again.kind === 'refused' && again.code, 'job-not-possible');
    });
  }

  test('is for owners and operators', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    const client = { kind: 'print-client', address: '192.0.2.8', authenticated: false } as const;
    const other = await bench.spooler.jobs.cancel(job.id, { ...client, userName: 'bob' });
    assert.equal(other.kind === 'refused' && other.code, 'forbidden');
    const nobody = await bench.spooler.jobs.cancel(job.id, { kind: 'nobody' });
    assert.equal(nobody.kind === 'refused' && nobody.code, 'forbidden');
    const owner = await bench.spooler.jobs.cancel(job.id, { ...client, userName: 'ada' });
    assert.equal(owner.kind, 'done');
    assert.deepEqual((await bench.job(job.id)).reasons, ['job-canceled-by-user']);
  });
});

describe('pages', () => {
  test('are those that the device counted, over all copies, or unknown', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    const unknown = await bench.print(Uint8Array.of(1));
    assert.equal((await bench.untilState(unknown.id, 'completed')).pages, undefined);
    bench.device.pages = 3;
    const counted = await bench.print(Uint8Array.of(1), { copies: 2 });
    assert.equal((await bench.untilState(counted.id, 'completed')).pages, 6);
  });
});
