// Stories of monitors, disks and permits that fail: one port suffers, the others go on, and it ends
// by itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refused } from '../../firmware/errors/codes.ts';
import { intakeLimits } from '../../firmware/limits/intake-limits.ts';
import { createDoor, type Permit } from '../../firmware/spooler/permit.ts';
import type { Store } from '../../firmware/store/contract.ts';
import { createFakeMonitor, FakeDevice, type MonitorCall } from '../fakes/fake-monitor.ts';
import { administrator, Bench, type BenchOptions } from './bench.ts';

async function booted(options: BenchOptions = {}): Promise<Bench> {
  const bench = new Bench(options);
  await bench.boot();
  return bench;
}

function twoDevices(): readonly [FakeDevice, FakeDevice] {
  return [new FakeDevice('a'), new FakeDevice('b')];
}

describe('a monitor that fails in one call', () => {
  const calls: readonly MonitorCall[] = ['openPort', 'startDocPort', 'writePort', 'endDocPort'];
  for (const how of ['hang', 'throw'] as const) {
    for (const call of calls) {
      test(`${how} in ${call}: its port fails, is opened again, and the job prints`, async () => {
        const [sick, sound] = twoDevices();
        const bench = await booted({ devices: [sick, sound] });
        const a = await bench.addPrinter('a', { portNames: ['a'] });
        const b = await bench.addPrinter('b', { portNames: ['b'] });
        sick.spoil(call, how, 1);
        // A port is opened before there is a job: the script must hit the next opening.
        if (call === 'openPort') sick.spoil('startDocPort', 'throw', 1);
        const suffering = await bench.print(Uint8Array.of(1, 2), { printerId: a.id });
        const other = await bench.print(Uint8Array.of(3), { printerId: b.id });
        await bench.untilState(other.id, 'completed', 1_000);
        const done = await bench.untilState(suffering.id, 'completed');
        const mayHavePrinted = call === 'writePort' || call === 'endDocPort';
        assert.equal(done.possiblyPrintedTwice, mayHavePrinted);
      });
    }
  }

  test('a hang is seen as a failed port within the resource time-out and its grace', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.spoil('startDocPort', 'hang');
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(183_000);
    const [port] = await bench.spooler.ports.list();
    assert.equal(port?.state, 'failed');
    assert.match(port?.message ?? '', /cut off/);
    assert.equal((await bench.job(job.id)).attempts, 0);
  });

  test('the resource time-out is a setting of each spooler', async () => {
    const bench = await booted({ spooler: { limits: { resourceTimeoutMs: 30_000 } } });
    await bench.addPrinter();
    bench.device.spoil('startDocPort', 'hang');
    await bench.print(Uint8Array.of(1));
    const stateOf = async () => (await bench.spooler.ports.list())[0]?.state;
    await bench.pass(29_000);
    assert.notEqual(await stateOf(), 'failed');
    await bench.pass(4_000);
    assert.equal(await stateOf(), 'failed');
  });
});

describe('a device that knows what it was sent before', () => {
  const interrupted = async (copies = 1) => {
    const bench = await booted();
    await bench.addPrinter('office', { interrupted: 'restart' });
    bench.device.remembers = true;
    bench.device.breaks = { atBytes: 3, times: 1 };
    const job = await bench.print(Uint8Array.of(1, 2, 3, 4), { copies });
    return { bench, done: await bench.untilState(job.id, 'completed') };
  };

  test('has printed an interrupted job: it is completed, and not sent again', async () => {
    const { bench, done } = await interrupted();
    assert.deepEqual([done.outcome, done.attempts], ['printed', 2]);
    assert.equal(bench.device.sheets.length, 1);
    // The port is free for the next one.
    const next = await bench.print(Uint8Array.of(5));
    await bench.untilState(next.id, 'completed');
    assert.equal(bench.device.sheets.length, 2);
  });

  test('is not asked for one of several copies: nobody could tell which', async () => {
    const { bench } = await interrupted(2);
    assert.equal(bench.device.sheets.filter(({ whole }) => whole).length, 2);
  });
});

describe('a port that backs off', () => {
  test('is tried at once when it was changed, not when it was only asked', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(600_000);
    const [waiting] = await bench.spooler.ports.list();
    assert.ok((waiting?.nextTryInMs ?? 0) > 0 && (waiting?.nextTryInMs ?? 0) <= 60_000);
    bench.device.power = 'on';
    const target = { monitor: 'fake', portName: 'desk' };
    const tries = bench.device.triesAtMs.length;
    await bench.spooler.ports.xcv(target, 'GetConfigInfo', null, administrator);
    await bench.pass(10);
    assert.equal(bench.device.triesAtMs.length, tries);
    await bench.spooler.ports.xcv(target, 'ConfigPort', null, administrator);
    await bench.untilState(job.id, 'completed', 1_000);
    const [idle] = await bench.spooler.ports.list();
    assert.equal(idle?.nextTryInMs, undefined);
  });
});

describe('a pool of two ports', () => {
  test('prints on the other port while one is off, and shares the work afterwards', async () => {
    const [a, b] = twoDevices();
    const bench = await booted({ devices: [a, b] });
    await bench.addPrinter('pool');
    a.power = 'off';
    const printer = await bench.printer('pool');
    const jobs = [];
    for (let byte = 0; byte < 20; byte += 1) {
      jobs.push(await bench.print(Uint8Array.of(byte), { printerId: printer.id }));
    }
    for (const job of jobs) await bench.untilState(job.id, 'completed', 10_000);
    assert.equal(b.sheets.length, 20);
    assert.equal((await bench.spooler.printers.status(printer.id)).state, 'idle');
  });

  test('requeues the job of a port that breaks to the other one, marked', async () => {
    const [a, b] = twoDevices();
    const bench = await booted({ devices: [a, b] });
    await bench.addPrinter('pool');
    const printer = await bench.printer('pool');
    for (const device of [a, b]) device.breaks = { atBytes: 1, times: 1 };
    b.power = 'off';
    const job = await bench.print(Uint8Array.of(1, 2), { printerId: printer.id });
    await bench.until(() => a.sheets.length === 1);
    a.power = 'off';
    b.breaks = undefined;
    b.power = 'on';
    const done = await bench.untilState(job.id, 'completed', 65_000);
    assert.equal(b.wholeSheets(job.id).length, 1);
    assert.equal(done.possiblyPrintedTwice, true);
  });

  test('never gives one job to both ports', async () => {
    const [a, b] = twoDevices();
    const bench = await booted({ devices: [a, b] });
    await bench.addPrinter('pool');
    const printer = await bench.printer('pool');
    const bytes = Array.from({ length: 60 }, (_, at) => Uint8Array.of(at));
    const jobs = await Promise.all(bytes.map((one) => bench.print(one, { printerId: printer.id })));
    await bench.until(() => a.sheets.length + b.sheets.length >= 60);
    await bench.pass(10_000);
    assert.equal(a.sheets.length + b.sheets.length, 60);
    assert.ok(a.sheets.length > 0 && b.sheets.length > 0);
    for (const job of jobs) assert.equal((await bench.job(job.id)).attempts, 1);
  });
});

describe('the store fails', () => {
  test('at the completion: not printed again, completed when the disk is back', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.spoil('endDocPort', 'deaf', 0);
    bench.device.stallAtBytes = 0;
    const job = await bench.print(Uint8Array.of(1));
    await bench.until(async () => (await bench.job(job.id)).state === 'processing-stopped');
    const heal = bench.disk.faults.add({ operation: 'commit', code: 'io-error' });
    bench.device.stallAtBytes = undefined;
    await bench.until(() => bench.device.sheets.length === 1);
    await bench.pass(600_000);
    assert.equal(bench.spooler.looksAlive().alive, false);
    heal();
    const done = await bench.untilState(job.id, 'completed', 61_000);
    assert.equal(done.possiblyPrintedTwice, false);
    assert.equal(bench.device.sheets.length, 1);
    assert.equal(bench.spooler.looksAlive().alive, true);
  });

  test('at the start: nothing is sent, and the job prints when the disk is back', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    const heal = bench.disk.faults.add({ operation: 'commit', code: 'no-space' });
    bench.device.power = 'on';
    await bench.pass(300_000);
    assert.equal(bench.device.touchedBy(job.id).length, 0);
    heal();
    const done = await bench.untilState(job.id, 'completed', 125_000);
    assert.equal(done.possiblyPrintedTwice, false);
  });

  test('a document that can not be read for a while prints later', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(bench.random.bytes(200_000));
    const heal = bench.disk.faults.add({ operation: 'read', code: 'io-error' });
    bench.device.power = 'on';
    await bench.pass(300_000);
    assert.equal((await bench.job(job.id)).state, 'pending');
    heal();
    await bench.untilState(job.id, 'completed', 61_000);
  });
});

/** The permit goes with the commit of a new job. */
function lapsesOnce(permit: { now: boolean }, onStored = () => {}) {
  return (store: Store): Store => ({
    ...store,
    async commit(unit) {
      const outcome = await store.commit(unit);
      if (!unit.changes.some((change) => change.type === 'job.created')) return outcome;
      permit.now = false;
      onStored();
      return outcome;
    },
  });
}

describe('a permit that is gone', () => {
  function revocable(): Permit & { now: boolean } {
    return {
      now: true,
      live() {
        return this.now;
      },
    };
  }

  test('starts nothing; goes on when it is back', async () => {
    const permit = revocable();
    const bench = await booted({ permit });
    await bench.addPrinter();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1));
    permit.now = false;
    bench.device.power = 'on';
    await bench.pass(300_000);
    assert.equal(bench.device.touchedBy(job.id).length, 0);
    permit.now = true;
    await bench.untilState(job.id, 'completed', 61_000);
  });

  test('in the middle of a document: not one more byte', async () => {
    const permit = revocable();
    const bench = await booted({ permit });
    await bench.addPrinter();
    bench.device.stallAtBytes = 1_000;
    const job = await bench.print(bench.random.bytes(5_000));
    await bench.untilState(job.id, 'processing-stopped', 60_000);
    permit.now = false;
    bench.device.stallAtBytes = undefined;
    await bench.pass(300_000);
    assert.ok((bench.device.sheets[0]?.bytes.length ?? 0) <= 5_000);
    assert.equal(bench.device.sheets.length, 1);
    permit.now = true;
    const done = await bench.untilState(job.id, 'completed', 61_000);
    assert.equal(done.possiblyPrintedTwice, true);
  });

  test('a door that is shut takes nothing, nor tells of what was stored just now', async () => {
    const door = createDoor();
    const why = refused('shutting-down', 'a backup is restored');
    let onStored = (): void => undefined;
    const bench = await booted({
      permit: door.permit,
      wrapStore: (store) => ({
        ...store,
        async commit(unit) {
          const outcome = await store.commit(unit);
          if (unit.changes.some(({ type }) => type === 'job.created')) onStored();
          return outcome;
        },
      }),
    });
    await bench.addPrinter();
    let openAgain = (): void => undefined;
    onStored = () => {
      openAgain = door.shut(why);
    };
    assert.deepEqual(await bench.submit(Uint8Array.of(1)), why);
    onStored = () => undefined;
    assert.deepEqual(await bench.submit(Uint8Array.of(2)), why);
    openAgain();
    const job = await bench.print(Uint8Array.of(3));
    await bench.untilState(job.id, 'completed', 61_000);
    assert.equal(bench.device.sheets.length, 1);
  });

  test('between commit and answer: not acknowledged, and not printed', async () => {
    const permit = revocable();
    const bench = await booted({ permit, wrapStore: lapsesOnce(permit) });
    await bench.addPrinter();
    const answering = bench.submit(Uint8Array.of(1));
    await bench.pass(intakeLimits.lapseMs);
    const answer = await answering;
    assert.equal(answer.kind === 'refused' && answer.code, 'not-live');
    permit.now = true;
    await bench.pass(300_000);
    assert.equal(bench.device.sheets.length, 0);
    const [job] = await bench.spooler.jobs.list({ which: 'all', limit: 10 });
    assert.equal(job?.state, 'aborted');
    assert.match(job?.message ?? '', /not acknowledged/);
  });

  test('for a moment between commit and answer: acknowledged when it is back', async () => {
    const permit = revocable();
    const stored = Promise.withResolvers<void>();
    const wrapStore = lapsesOnce(permit, stored.resolve);
    const bench = await booted({ permit, wrapStore });
    await bench.addPrinter();
    const answering = bench.submit(Uint8Array.of(1));
    await stored.promise;
    await bench.pass(intakeLimits.lapseMs / 2);
    permit.now = true;
    await bench.pass(intakeLimits.lapseLookMs);
    const answer = await answering;
    assert.equal(answer.kind, 'accepted');
    await bench.pass(300_000);
    assert.equal(bench.device.sheets.length, 1);
  });
});

describe('stopping', () => {
  test('interrupts what prints, says so, and the job prints after the next start', async () => {
    const bench = await booted();
    await bench.addPrinter();
    bench.device.stallAtBytes = 2;
    const job = await bench.print(Uint8Array.of(1, 2, 3));
    await bench.untilState(job.id, 'processing-stopped', 60_000);
    await bench.stop();
    bench.device.stallAtBytes = undefined;
    await bench.boot();
    const done = await bench.untilState(job.id, 'completed', 1_000);
    assert.equal(done.possiblyPrintedTwice, true);
  });

  for (const call of ['writePort', 'endDocPort', 'closePort', 'shutdown'] as const) {
    test(`ends in time though a monitor hangs in ${call}`, async () => {
      const devices = twoDevices();
      const bench = await booted({
        devices,
        monitors: (alive) => [
          createFakeMonitor({
            devices,
            alive,
            spoiled: new Map([['shutdown', call === 'shutdown' ? 'hang' : undefined]]),
          }),
        ],
      });
      await bench.addPrinter();
      for (const device of devices) device.spoil(call, 'hang');
      await bench.print(Uint8Array.of(1));
      await bench.pass(1_000);
      const startedAtMs = bench.clock.monotonicMs();
      await bench.stop(10_000);
      assert.ok(bench.clock.monotonicMs() - startedAtMs <= 12_000);
    });
  }

  test('refuses documents from then on, and breaks off uploads', async () => {
    const bench = await booted();
    await bench.addPrinter();
    let isPulled = false;
    const stuck = async function* () {
      isPulled = true;
      yield await new Promise<never>(() => undefined);
    };
    const upload = bench.submit(stuck());
    await bench.until(() => isPulled);
    const { spooler } = bench;
    await bench.stop();
    const answer = await upload;
    assert.equal(answer.kind === 'refused' && answer.code, 'shutting-down');
    assert.equal(spooler.looksAlive().alive, false);
  });
});

describe('health', () => {
  test('says what is wrong with monitors and store', async () => {
    const bench = await booted({
      monitors: () => [
        createFakeMonitor({
          devices: [],
          name: 'sick',
          spoiled: new Map([['initialise', 'hang']]),
        }),
        createFakeMonitor({ devices: [], name: 'sound' }),
      ],
    });
    assert.deepEqual(await bench.spooler.isAlive(), { alive: true, problems: [] });
    await bench.pass(183_000);
    assert.match(bench.spooler.looksAlive().problems.join(), /monitor sick/);
    assert.deepEqual(
      bench.spooler.ports.monitors().map(({ name, state }) => [name, state]),
      [
        ['sick', 'failed'],
        ['sound', 'ready'],
      ],
    );
  });
});
