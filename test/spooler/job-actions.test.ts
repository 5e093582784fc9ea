// Stories of people and jobs: held, moved, changed, printed again, given up; and of printers that
// are switched.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../firmware/jobs/job.ts';
import type { Principal } from '../../firmware/api/principal.ts';
import type { Refusal } from '../../firmware/errors/codes.ts';
import { FakeDevice } from '../fakes/fake-monitor.ts';
import { administrator, Bench, type BenchOptions, streamOf } from './bench.ts';

const ada: Principal = {
  kind: 'print-client',
  userName: 'ada',
  address: '192.0.2.7',
  authenticated: false,
};
const bob: Principal = { ...ada, userName: 'bob' };

async function booted(options: BenchOptions = {}): Promise<Bench> {
  const bench = new Bench(options);
  await bench.boot();
  return bench;
}

function done(answer: { readonly kind: 'done'; readonly job: Job } | Refusal): Job {
  if (answer.kind === 'refused') throw new Error(`${answer.code}: ${answer.message}`);
  return answer.job;
}

function codeOf(answer: { readonly kind: string } | Refusal): string {
  return 'code' in answer ? answer.code : answer.kind;
}

describe('holding a job', () => {
  test('keeps it until it is released, and others go first', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    const held = done(await bench.spooler.jobs.hold(job.id, { kind: 'indefinite' }, ada));
    assert.deepEqual([held.state, held.reasons], ['pending-held', ['job-hold-until-specified']]);
    const next = await bench.print(Uint8Array.of(2));
    bench.device.power = 'on';
    await bench.untilState(next.id, 'completed');
    await bench.pass(3_600_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    done(await bench.spooler.jobs.release(job.id, ada));
    await bench.untilState(job.id, 'completed', 1_000);
  });

  test('is refused while it prints, after its end, and to strangers', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.stallAtBytes = 1;
    const job = await bench.print(Uint8Array.of(1, 2));
    await bench.untilState(job.id, 'processing-stopped');
    const { jobs } = bench.spooler;
    const hold = { kind: 'indefinite' } as const;
    assert.equal(codeOf(await jobs.hold(job.id, hold, ada)), 'job-not-possible');
    assert.equal(codeOf(await jobs.hold(job.id, hold, bob)), 'forbidden');
    bench.device.stallAtBytes = undefined;
    await bench.untilState(job.id, 'completed');
    assert.equal(codeOf(await jobs.hold(job.id, hold, ada)), 'job-not-possible');
  });

  test('until a moment: it goes on by itself then, over a restart too', async () => {
    const bench = await booted();
    await bench.addPrinter();
    const ms = bench.clock.wall().ms + 3_600_000;
    const job = await bench.print(Uint8Array.of(1), { hold: { kind: 'time', ms } });
    await bench.pass(600_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    await bench.stop();
    await bench.boot();
    await bench.pass(2_990_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    await bench.untilState(job.id, 'completed', 20_000);
  });

  test('until a period: waits for its start, computed once the clock is trusted', async () => {
    const bench = await booted();
    await bench.addPrinter();
    const morning = new Date(2026, 0, 7, 14, 30).getTime();
    bench.clock.setWall(morning);
    const hold = { kind: 'period', period: 'second-shift' } as const;
    const job = await bench.print(Uint8Array.of(1), { hold });
    await bench.pass(89 * 60_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    await bench.untilState(job.id, 'completed', 2 * 60_000);
    const within = await bench.print(Uint8Array.of(2), { hold });
    await bench.untilState(within.id, 'completed', 1_000);
  });

  test('by time waits while nobody set the wall clock, and notices when it jumps', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.clock.distrustWall();
    const ms = bench.clock.wall().ms - 1_000;
    const job = await bench.print(Uint8Array.of(1), { hold: { kind: 'time', ms } });
    await bench.pass(3_600_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    bench.clock.setWall(ms - 10 * 3_600_000);
    await bench.pass(120_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    bench.clock.setWall(ms + 1);
    await bench.untilState(job.id, 'completed', 61_000);
  });
});

describe('moving a job', () => {
  test('prints it at the other printer, and counts it there', async () => {
    const bench = await booted({ devices: [new FakeDevice('left'), new FakeDevice('right')] });
    const [left, right] = bench.devices;
    if (left === undefined || right === undefined) return assert.fail('two devices');
    const from = await bench.addPrinter('from', { portNames: ['left'] });
    const to = await bench.addPrinter('to', { portNames: ['right'] });
    left.power = 'off';
    const job = await bench.print(Uint8Array.of(5), { printerId: from.id });
    assert.equal(codeOf(await bench.spooler.jobs.move(job.id, to.id, ada)), 'forbidden');
    right.power = 'off';
    done(await bench.spooler.jobs.move(job.id, to.id, administrator));
    assert.equal((await bench.spooler.printers.status(from.id)).queuedJobCount, 0);
    assert.equal((await bench.spooler.printers.status(to.id)).queuedJobCount, 1);
    right.power = 'on';
    await bench.untilState(job.id, 'completed', 70_000);
    assert.equal(right.wholeSheets(job.id).length, 1);
    assert.equal(
      codeOf(await bench.spooler.jobs.move(job.id, from.id, administrator)),
      'job-not-possible',
    );
  });
});

describe('changing a job', () => {
  test('priority decides anew which goes first; copies and attributes stay with it', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    await bench.print(Uint8Array.of(1));
    const late = await bench.print(Uint8Array.of(2), {
      attributes: { sides: 'one-sided', media: 'a4' },
    });
    const changed = done(
      await bench.spooler.jobs.change(
        late.id,
        { priority: 99, copies: 2, attributes: { sides: null, 'print-quality': 5 } },
        ada,
      ),
    );
    assert.deepEqual(changed.attributes, { media: 'a4', 'print-quality': 5 });
    const wrong = await bench.spooler.jobs.change(late.id, { priority: 0 }, ada);
    assert.equal(codeOf(wrong), 'value-not-supported');
    bench.device.power = 'on';
    await bench.untilState(late.id, 'completed');
    await bench.until(() => bench.device.sheets.length === 3);
    assert.deepEqual(
      bench.device.sheets.map((sheet) => sheet.bytes[0]),
      [2, 2, 1],
    );
  });
});

describe('printing again', () => {
  test('makes a new job of the documents that are kept, in their order', async () => {
    const bench = await booted();
    const { id: printerId } = await bench.addPrinter('office', { documentRetention: {} });
    const { intake, jobs } = bench.spooler;
    const origin = {
      door: 'ipp',
      userName: 'ada',
      address: '192.0.2.7',
      authenticated: false,
    } as const;
    const created = await intake.create({ printerId, name: 'parts', origin });
    if (created.kind === 'refused') return assert.fail(created.message);
    const large = bench.random.bytes(100_000);
    for (const [bytes, last] of [
      [Uint8Array.of(1), false],
      [large, true],
    ] as const) {
      const document = { name: 'a part', format: 'application/octet-stream' };
      await intake.add(created.job.id, streamOf(bytes), { document, last });
    }
    const first = await bench.untilState(created.job.id, 'completed');
    assert.equal(first.retained, true);
    const again = done(await bench.during(jobs.reprint(first.id, {}, ada)));
    assert.equal(again.reprintOf, first.id);
    assert.equal(again.possiblyPrintedTwice, false);
    await bench.untilState(again.id, 'completed');
    const sheets = bench.device.wholeSheets(again.id).map((sheet) => Buffer.from(sheet.bytes));
    assert.deepEqual(sheets, [Buffer.of(1), Buffer.from(large)]);
  });

  test('is refused where nothing is kept, and before the end', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    const { jobs } = bench.spooler;
    assert.equal(codeOf(await jobs.reprint(job.id, {}, ada)), 'job-not-possible');
    bench.device.power = 'on';
    await bench.untilState(job.id, 'completed');
    assert.equal(codeOf(await jobs.reprint(job.id, {}, ada)), 'job-not-retained');
    assert.equal(codeOf(await jobs.reprint(job.id, {}, bob)), 'forbidden');
  });

  test('a job that is forgotten takes its documents with it', async () => {
    const bench = await booted();
    await bench.addPrinter('office', { documentRetention: {} });
    const job = await bench.print(bench.random.bytes(100_000));
    await bench.untilState(job.id, 'completed');
    const files = () => bench.disk.mount().files.list('/spool/documents');
    assert.equal((await files()).length, 1);
    assert.equal(codeOf(await bench.spooler.jobs.remove(job.id, ada)), 'forbidden');
    assert.equal(codeOf(await bench.spooler.jobs.remove(job.id, administrator)), 'done');
    await bench.until(async () => (await files()).length === 0);
    assert.equal(await bench.spooler.jobs.find(job.id), undefined);
  });
});

describe('a printer that is switched', () => {
  const operator: Principal = { kind: 'user', name: 'olga', role: 'operator' };

  test('holds new jobs until an operator lets them go', async () => {
    const bench = await booted();
    const { id } = await bench.addPrinter();
    const { printers, jobs } = bench.spooler;
    assert.equal(codeOf(await printers.operate(id, 'hold-new-jobs', ada)), 'forbidden');
    assert.equal(codeOf(await printers.operate(id, 'hold-new-jobs', operator, 'tests')), 'done');
    assert.deepEqual((await printers.status(id)).reasons, ['hold-new-jobs']);
    const job = await bench.print(Uint8Array.of(1));
    assert.deepEqual(job.reasons, ['job-held-on-create']);
    assert.equal(codeOf(await jobs.release(job.id, ada)), 'forbidden');
    const own = await bench.print(Uint8Array.of(2), { hold: { kind: 'indefinite' } });
    assert.equal(codeOf(await printers.operate(id, 'release-held-new-jobs', operator)), 'done');
    await bench.untilState(job.id, 'completed', 1_000);
    assert.deepEqual((await bench.printer()).holdNewJobs, false);
    const still = await bench.job(own.id);
    assert.deepEqual([still.state, still.reasons], ['pending-held', ['job-hold-until-specified']]);
  });

  test('is stopped and says why; what waits goes on when it is enabled', async () => {
    const bench = await booted();
    const { id } = await bench.addPrinter();
    const { printers } = bench.spooler;
    await printers.operate(id, 'disable', operator, 'Toner is ordered.');
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(60_000);
    const status = await printers.status(id);
    assert.deepEqual([status.state, status.reasons], ['stopped', ['paused']]);
    assert.match(status.message, /Toner is ordered/);
    await printers.operate(id, 'enable', operator, '');
    await bench.untilState(job.id, 'completed', 1_000);
    await printers.operate(id, 'reject', operator);
    const refusal = await bench.submit(Uint8Array.of(1));
    assert.equal(codeOf(refusal), 'printer-not-accepting');
  });

  test('gives its defaults to jobs that ask for nothing', async () => {
    const bench = await booted();
    const defaults = { copies: 2, 'job-priority': 70, sides: 'two-sided-long-edge' };
    await bench.addPrinter('office', { defaults });
    const job = await bench.print(Uint8Array.of(1));
    assert.deepEqual(
      [job.copies, job.priority, job.attributes],
      [2, 70, { sides: defaults.sides }],
    );
    const asked = await bench.print(Uint8Array.of(1), {
      copies: 1,
      attributes: { sides: 'one-sided' },
    });
    assert.deepEqual([asked.copies, asked.attributes], [1, { sides: 'one-sided' }]);
    const wrong = await bench.spooler.printers.change(
      job.printerId,
      { defaults: { copies: 'many' } },
      administrator,
    );
    assert.equal(codeOf(wrong), 'value-not-supported');
  });
});

describe('quotas', () => {
  test('refuse the job too many, of a printer and of a user, until one ends', async () => {
    const bench = await booted();
    await bench.addPrinter('office', { quotas: { jobs: 3, jobsPerUser: 2 } });
    bench.device.power = 'off';
    const first = await bench.print(Uint8Array.of(1));
    await bench.print(Uint8Array.of(2));
    assert.equal(codeOf(await bench.submit(Uint8Array.of(3))), 'user-quota');
    const origin = { ...first.origin, userName: 'bob' };
    await bench.print(Uint8Array.of(4), { origin });
    assert.equal(codeOf(await bench.submit(Uint8Array.of(5), { origin })), 'queue-full');
    await bench.spooler.jobs.cancel(first.id, administrator);
    assert.equal(codeOf(await bench.submit(Uint8Array.of(6))), 'accepted');
  });

  test('refuse a job too large, announced or not, and documents beyond the share', async () => {
    const bench = await booted();
    await bench.addPrinter('office', { quotas: { jobBytes: 100_000, spoolBytes: 150_000 } });
    bench.device.power = 'off';
    let pulled = 0;
    const endless = async function* () {
      for (;;) {
        pulled += 10_000;
        yield new Uint8Array(10_000);
      }
    };
    assert.equal(codeOf(await bench.submit(endless())), 'job-too-large');
    assert.ok(pulled < 400_000, String(pulled));
    const announced = await bench.submit(endless(), { document: { sizeBytes: 100_001 } });
    assert.equal(codeOf(announced), 'job-too-large');
    const job = await bench.print(new Uint8Array(100_000));
    assert.equal(codeOf(await bench.submit(new Uint8Array(50_001))), 'spool-full');
    assert.equal(codeOf(await bench.submit(new Uint8Array(50_000))), 'accepted');
    await bench.spooler.jobs.cancel(job.id, administrator);
    assert.equal(codeOf(await bench.submit(new Uint8Array(100_000))), 'accepted');
    assert.deepEqual((await bench.disk.mount().files.list('/spool/documents')).length, 1);
  });
});

test('cancelling all of a user: their own by themselves, others by operators', async () => {
  const bench = await booted();
  await bench.addPrinter();
  bench.device.power = 'off';
  for (let count = 0; count < 3; count += 1) await bench.print(Uint8Array.of(1));
  const { jobs } = bench.spooler;
  assert.equal(codeOf(await jobs.cancelAll({ userName: 'ada' }, bob)), 'forbidden');
  assert.deepEqual(await jobs.cancelAll({ userName: 'ada' }, ada), { kind: 'done', count: 3 });
});
