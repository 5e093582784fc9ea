// Stories of an appliance that dies: acknowledged jobs are not lost, doubles are marked, nothing
// half received prints.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../firmware/jobs/job.ts';
import type { Store } from '../../firmware/store/contract.ts';
import { FakeDevice } from '../fakes/fake-monitor.ts';
import { SeededRandom } from '../world/random.ts';
import { Bench, origin, streamOf } from './bench.ts';

/** What went wrong over a whole run; empty is what is wanted. */
async function lossesOf(bench: Bench, acknowledged: readonly Job[]): Promise<readonly string[]> {
  const losses: string[] = [];
  for (const { id, number } of acknowledged) {
    const job = await bench.spooler.jobs.find(id);
    if (job === undefined) {
      losses.push(`job ${number} is lost`);
      continue;
    }
    const whole = bench.devices.flatMap((device) => device.wholeSheets(id));
    const touched = bench.devices.flatMap((device) => device.touchedBy(id));
    if (job.state === 'pending-held' && job.possiblyPrintedTwice) continue;
    if (job.state !== 'completed') losses.push(`job ${number} is ${job.state}`);
    if (whole.length === 0) losses.push(`job ${number} was not printed`);
    if (touched.length > 1 && !job.possiblyPrintedTwice)
      losses.push(`job ${number} twice, unmarked`);
  }
  return losses;
}

async function settled(bench: Bench): Promise<void> {
  const unfinished = async () =>
    (await bench.spooler.jobs.list({ which: 'not-completed', limit: 1_000 })).filter(
      (job) => job.state !== 'pending-held',
    );
  await bench.until(async () => (await unfinished()).length === 0, undefined, 'an empty queue');
}

function numbered(number: number): Uint8Array {
  return Buffer.from(`job ${number} ${'x'.repeat(number % 50)}`);
}

describe('a kill', () => {
  test('right after 200 acknowledgements: all 200 print, doubles only marked', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    const numbers = Array.from({ length: 200 }, (_, at) => at);
    const acknowledged = await Promise.all(numbers.map((at) => bench.print(numbered(at))));
    bench.kill();
    await bench.boot();
    await settled(bench);
    assert.deepEqual(await lossesOf(bench, acknowledged), []);
    for (const [at, job] of acknowledged.entries()) {
      const bytes = bench.device.wholeSheets(job.id).at(-1)?.bytes;
      assert.equal(Buffer.from(bytes ?? []).toString(), Buffer.from(numbered(at)).toString());
    }
  });

  test('while a job prints: again from its first byte, marked; then it is held', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    bench.device.stallAtBytes = 2;
    const poison = await bench.print(Uint8Array.of(1, 2, 3));
    const next = await bench.print(Uint8Array.of(9));
    await bench.untilState(poison.id, 'processing-stopped', 60_000);
    bench.kill();
    await bench.boot();
    assert.equal((await bench.job(poison.id)).possiblyPrintedTwice, true);
    await bench.untilState(poison.id, 'processing-stopped', 60_000);
    bench.kill();
    bench.device.stallAtBytes = undefined;
    await bench.boot();
    assert.equal((await bench.job(poison.id)).state, 'pending-held');
    await bench.untilState(next.id, 'completed');
  });

  test('between the last byte and the committed completion: marked', async () => {
    let holding = false;
    const bench = new Bench({
      wrapStore: (store) => holdingBack(store, 'job.ended', () => holding),
    });
    await bench.boot();
    await bench.addPrinter();
    holding = true;
    const job = await bench.print(Uint8Array.of(1));
    await bench.until(() => bench.device.wholeSheets(job.id).length === 1);
    bench.kill();
    holding = false;
    await bench.boot();
    const done = await bench.untilState(job.id, 'completed');
    assert.equal(done.possiblyPrintedTwice, true);
  });

  for (const [how, marked] of [
    ['kill', false],
    ['powerCut', true],
  ] as const) {
    test(`(${how}) between the committed start and the first byte: marked ${marked}`, async () => {
      let holding = true;
      const bench = new Bench({
        wrapStore: (store) => ({
          ...store,
          async commit(unit) {
            const outcome = await store.commit(unit);
            const isStart = unit.changes.some(({ type }) => type === 'job.started');
            return isStart && holding ? await new Promise<never>(() => undefined) : outcome;
          },
        }),
      });
      await bench.boot();
      await bench.addPrinter();
      const job = await bench.print(Uint8Array.of(1));
      await bench.until(async () => (await bench.job(job.id)).state === 'processing');
      bench[how]();
      holding = false;
      await bench.boot();
      const done = await bench.untilState(job.id, 'completed');
      assert.deepEqual([done.possiblyPrintedTwice, done.attempts], [marked, 2]);
      assert.equal(bench.device.touchedBy(job.id).length, 1);
    });
  }

  test('during an upload: nothing of it stays', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    const chunk = bench.random.bytes(200_000);
    let pulled = 0;
    const endless = async function* () {
      for (;;) {
        pulled += 1;
        if (pulled > 5) await new Promise<never>(() => undefined);
        yield chunk;
      }
    };
    // The client never hears anything: its appliance dies.
    void bench.submit(endless());
    await bench.until(() => pulled > 5);
    bench.kill();
    await bench.boot();
    const jobs = await bench.spooler.jobs.list({ which: 'all', limit: 10 });
    assert.deepEqual(jobs, []);
    const files = await bench.disk.mount().files.list('/spool/documents');
    assert.deepEqual(files, []);
  });

  test('between Create-Job and the last document: the job is closed in time', async () => {
    const bench = new Bench();
    await bench.boot();
    const printer = await bench.addPrinter();
    const request = { printerId: printer.id, name: 'parts', origin: originOfAda };
    const empty = await bench.spooler.intake.create(request);
    const half = await bench.spooler.intake.create(request);
    if (empty.kind === 'refused' || half.kind === 'refused') return assert.fail('not accepted');
    const document = { name: 'one', format: 'application/octet-stream' };
    const bytes = (async function* () {
      yield Uint8Array.of(7);
    })();
    await bench.spooler.intake.add(half.job.id, bytes, { document, last: false });
    bench.kill();
    await bench.boot();
    await bench.pass(110_000);
    assert.equal((await bench.job(half.job.id)).incoming, true);
    await bench.pass(15_000);
    assert.equal((await bench.untilState(half.job.id, 'completed', 1_000)).attempts, 1);
    assert.equal((await bench.job(empty.job.id)).state, 'aborted');
  });
});

describe('a power cut', () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    test(`at a random moment under load, twice: seed ${seed}`, async () => {
      const random = new SeededRandom(seed);
      const devices = [new FakeDevice('left'), new FakeDevice('right')];
      const bench = new Bench({ seed, devices });
      await bench.boot();
      await bench.addPrinter();
      const acknowledged: Job[] = [];
      for (let life = 0; life < 2; life += 1) {
        bench.disk.cutAfter(20 + random.integer(150));
        await underLoad(bench, random, acknowledged);
        bench.powerCut();
        await bench.boot();
      }
      await settled(bench);
      assert.deepEqual(await lossesOf(bench, acknowledged), []);
      assert.ok(devices.every((device) => device.mostUnderWay === 1));
    });
  }
});

/** Clients send until nobody answers any more. */
async function underLoad(bench: Bench, random: SeededRandom, acknowledged: Job[]): Promise<void> {
  const client = async () => {
    for (let count = 0; count < 12; count += 1) {
      const bytes = random.bytes(random.integer(10) === 0 ? 100_000 : 1 + random.integer(4_000));
      const answer = await bench.submit(bytes);
      if (answer.kind === 'refused') return;
      acknowledged.push(answer.job);
    }
  };
  const clients = Promise.allSettled([client(), client(), client(), client()]);
  await bench.during(clients, 60_000);
  await bench.pass(2_000);
}

describe('the tests of the test', () => {
  test('a store that says committed before it is so is caught', async () => {
    const bench = new Bench({ wrapStore: lying });
    await bench.boot();
    await bench.addPrinter();
    const acknowledged = [await bench.print(Uint8Array.of(1))];
    bench.powerCut();
    await bench.boot();
    await settled(bench);
    assert.deepEqual(await lossesOf(bench, acknowledged), ['job 1 is lost']);
  });
});

/** A store that says committed and commits later: what no store may do. */
function lying(store: Store): Store {
  return {
    ...store,
    async commit(unit) {
      const [created, added] = unit.changes;
      if (created?.type !== 'job.created' || added?.type !== 'job.document-added') {
        return await store.commit(unit);
      }
      const { id, hold: _held, ...payload } = created.payload;
      const job: Job = {
        ...payload,
        id,
        spooler: 'local',
        number: 1,
        state: 'pending',
        reasons: [],
        hold: undefined,
        pages: undefined,
        retained: false,
        reprintOf: undefined,
        message: '',
        incoming: false,
        documents: [added.payload.document],
        attempts: 0,
        possiblyPrintedTwice: false,
        outcome: undefined,
        createdAt: payload.at,
        processingAt: undefined,
        endedAt: undefined,
      };
      return { kind: 'committed', lastSeq: 1, jobs: [job], printers: [], events: [] };
    },
  };
}

/** Commits with this record never get to the disk while `isHolding`. */
function holdingBack(store: Store, type: string, isHolding: () => boolean): Store {
  return {
    ...store,
    async commit(unit) {
      if (isHolding() && unit.changes.some((change) => change.type === type)) {
        return await new Promise<never>(() => undefined);
      }
      return await store.commit(unit);
    },
  };
}

const originOfAda = {
  door: 'ipp',
  userName: 'ada',
  address: '192.0.2.7',
  authenticated: false,
} as const;

describe('a kill while a job arrives in parts', () => {
  for (const [door, state] of [
    ['lpd', 'aborted'],
    ['ipp', 'pending'],
  ] as const) {
    test(`by ${door}: afterwards it is ${state}, and nothing of it prints`, async () => {
      const bench = new Bench();
      await bench.boot();
      await bench.addPrinter();
      const printerId = (await bench.printer()).id;
      const { intake } = bench.spooler;
      const made = await intake.create({ printerId, name: 'parts', origin: { ...origin, door } });
      assert.ok(made.kind === 'accepted');
      const document = { name: '', format: 'application/octet-stream' };
      const bytes = streamOf(Uint8Array.of(1));
      const added = await intake.add(made.job.id, bytes, { document, last: false });
      assert.equal(added.kind, 'accepted');
      bench.kill();
      await bench.boot();
      await bench.pass(60_000);
      assert.equal((await bench.job(made.job.id)).state, state);
      assert.equal(bench.device.sheets.length, 0);
    });
  }
});
