// Stories of documents coming in: what is accepted and when, what is refused, and that nothing
// broken stays.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { ErrorCode, Refusal } from '../../firmware/errors/codes.ts';
import type { Accepted } from '../../firmware/intake/contract.ts';
import { administrator, Bench, type BenchOptions, origin, streamOf } from '../spooler/bench.ts';

async function booted(options: BenchOptions = {}): Promise<Bench> {
  const bench = new Bench(options);
  await bench.boot();
  await bench.addPrinter();
  return bench;
}

function codeOf(answer: Accepted | Refusal | undefined): ErrorCode | 'accepted' | undefined {
  return answer?.kind === 'refused' ? answer.code : answer?.kind;
}

async function nothingStays(bench: Bench): Promise<void> {
  assert.deepEqual(await bench.spooler.jobs.list({ which: 'all', limit: 10 }), []);
  assert.deepEqual(await bench.disk.mount().files.list('/spool/documents'), []);
  assert.deepEqual(bench.life.spool.load, { uploads: 0, memoryBytes: 0 });
}

describe('acceptance', () => {
  test('is said only after the commit', async () => {
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const bench = await booted({
      wrapStore: (store) => ({
        ...store,
        async commit(unit) {
          if (unit.changes[0]?.type === 'job.created') await held;
          return await store.commit(unit);
        },
      }),
    });
    let answered = false;
    const answer = bench.submit(Uint8Array.of(1)).finally(() => {
      answered = true;
    });
    await bench.pass(10_000);
    assert.equal(answered, false);
    commit();
    assert.equal(codeOf(await answer), 'accepted');
  });

  test('puts job and document into one commit', async () => {
    const units: (readonly string[])[] = [];
    const bench = await booted({
      wrapStore: (store) => ({
        ...store,
        commit(unit) {
          units.push(unit.changes.map((change) => change.type));
          return store.commit(unit);
        },
      }),
    });
    await bench.print(Uint8Array.of(1));
    assert.ok(units.some((unit) => unit.join() === 'job.created,job.document-added'));
  });

  test('keeps what the client said, bounded', async () => {
    const bench = await booted();
    bench.device.power = 'off';
    const job = await bench.print(Uint8Array.of(1), {
      name: `a\u0000b${'ü'.repeat(300)}`,
      priority: 70,
      copies: 3,
      attributes: { sides: 'two-sided-long-edge' },
      document: { name: 'report.pdf', format: '' },
    });
    assert.ok(job.name.startsWith('a büü'));
    assert.ok(Buffer.byteLength(job.name) <= 255 && !job.name.includes('\uFFFD'));
    assert.deepEqual([job.priority, job.copies], [70, 3]);
    assert.deepEqual(job.attributes, { sides: 'two-sided-long-edge' });
    assert.equal(job.documents[0]?.format, 'application/octet-stream');
    assert.equal(job.documents[0]?.sizeBytes, 1);
  });

  test('of a held job waits for its release', async () => {
    const bench = await booted();
    const job = await bench.print(Uint8Array.of(1), { hold: { kind: 'indefinite' } });
    await bench.pass(3_600_000);
    assert.equal((await bench.job(job.id)).state, 'pending-held');
    await bench.spooler.jobs.release(job.id, administrator);
    await bench.untilState(job.id, 'completed', 1_000);
  });
});

describe('refusals', () => {
  const cases: readonly [ErrorCode, Parameters<Bench['submit']>[1]][] = [
    ['printer-not-found', { printerId: 'nobody' }],
    ['value-not-supported', { priority: 101 }],
    ['value-not-supported', { copies: 0 }],
    ['value-not-supported', { copies: 1.5 }],
    ['too-large', { attributes: { note: 'x'.repeat(70_000) } }],
    ['document-format-not-supported', { document: { format: 'application/x-strange' } }],
  ];
  for (const [code, request] of cases) {
    test(`${code}: ${JSON.stringify(request).slice(0, 60)}`, async () => {
      const bench = await booted();
      let wasPulled = false;
      const stream = (async function* () {
        wasPulled = true;
        yield Uint8Array.of(1);
      })();
      assert.equal(codeOf(await bench.submit(stream, request)), code);
      assert.equal(wasPulled, false);
      assert.equal((await stream.next()).done, true);
      const printerId = request?.printerId ?? (await bench.printer()).id;
      const document = { name: '', format: '', ...request?.document };
      const { document: _, ...job } = { name: 'a', origin, ...request, printerId };
      assert.equal(codeOf(await bench.spooler.intake.validate({ ...job, document })), code);
      await nothingStays(bench);
    });
  }

  test('a printer that does not accept', async () => {
    const bench = await booted();
    const { id } = await bench.printer();
    await bench.spooler.printers.change(id, { accepting: false }, administrator);
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1))), 'printer-not-accepting');
  });

  test('a document of zero bytes', async () => {
    const bench = await booted();
    assert.equal(codeOf(await bench.submit(new Uint8Array())), 'document-incomplete');
    await nothingStays(bench);
  });

  test('a document that is announced larger than the spool has room', async () => {
    const bench = await booted();
    const document = { sizeBytes: 2 ** 40 };
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1), { document })), 'spool-full');
    await nothingStays(bench);
  });

  test('a disk that fails', async () => {
    const bench = await booted();
    bench.disk.faults.add({ operation: 'commit', code: 'io-error' });
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1))), 'store-failed');
  });

  test('more uploads than may run at once', async () => {
    const bench = await booted({ spooler: { limits: { concurrentUploads: 2 } } });
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const slow = async function* () {
      await ended;
      yield Uint8Array.of(1);
    };
    const running = [bench.submit(slow()), bench.submit(slow())];
    await bench.pass(0);
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1))), 'busy');
    end();
    assert.deepEqual((await Promise.all(running)).map(codeOf), ['accepted', 'accepted']);
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1))), 'accepted');
  });
});

describe('an upload that breaks', () => {
  for (const sizeBytes of [10, 300_000]) {
    test(`by its stream after ${sizeBytes} bytes`, async () => {
      const bench = await booted();
      const broken = (async function* () {
        yield* streamOf(bench.random.bytes(sizeBytes));
        throw new Error('the client is gone');
      })();
      assert.equal(codeOf(await bench.submit(broken)), 'document-incomplete');
      await nothingStays(bench);
    });
  }

  test('by its signal, while a chunk is waited for', async () => {
    const bench = await booted();
    const client = new AbortController();
    let isWaiting = false;
    const stuck = (async function* () {
      yield Uint8Array.of(1);
      isWaiting = true;
      yield await new Promise<never>(() => undefined);
    })();
    const answer = bench.submit(stuck, {}, client.signal);
    await bench.until(() => isWaiting);
    client.abort();
    assert.equal(codeOf(await answer), 'document-incomplete');
    await nothingStays(bench);
  });
});

describe('compressed documents', () => {
  const plain = Buffer.from('a page of text\n'.repeat(20_000));
  const packings = [
    ['gzip', gzipSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['deflate', deflateSync(plain)],
  ] as const;
  for (const [compression, packed] of packings) {
    test(`${compression} of ${packed.length} bytes is stored and printed expanded`, async () => {
      const bench = await booted();
      const answer = await bench.submit(streamOf(packed, 100), { document: { compression } });
      if (answer.kind === 'refused') return assert.fail(answer.message);
      assert.equal(answer.job.documents[0]?.sizeBytes, plain.length);
      await bench.untilState(answer.job.id, 'completed');
      assert.ok(plain.equals(bench.device.sheets[0]?.bytes ?? Buffer.alloc(0)));
    });

    test(`${compression} of ${packed.length} bytes broken off or damaged`, async () => {
      const bench = await booted();
      const half = packed.subarray(0, packed.length / 2);
      const damaged = Buffer.from(packed);
      damaged.fill(0xff, 20, 60);
      for (const bytes of [half, damaged]) {
        const answer = await bench.submit(streamOf(bytes), { document: { compression } });
        assert.equal(codeOf(answer), 'document-incomplete');
      }
      const broken = (async function* () {
        yield half;
        throw new Error('the client is gone');
      })();
      const answer = await bench.submit(broken, { document: { compression } });
      assert.equal(codeOf(answer), 'document-incomplete');
      await nothingStays(bench);
    });
  }
});

describe('jobs of several operations', () => {
  const document = { name: 'part', format: 'application/octet-stream' };

  async function created(bench: Bench): Promise<string> {
    const { id } = await bench.printer();
    const answer = await bench.spooler.intake.create({ printerId: id, name: 'parts', origin });
    if (answer.kind === 'refused') return assert.fail(answer.message);
    assert.equal(answer.job.incoming, true);
    return answer.job.id;
  }

  test('print after the last document, not before', async () => {
    const bench = await booted();
    const { intake } = bench.spooler;
    const id = await created(bench);
    await intake.add(id, streamOf(Uint8Array.of(1)), { document, last: false });
    await bench.pass(60_000);
    assert.equal(bench.device.sheets.length, 0);
    await intake.add(id, streamOf(Uint8Array.of(2)), { document, last: true });
    await bench.untilState(id, 'completed', 1_000);
    const late = await intake.add(id, streamOf(Uint8Array.of(3)), { document, last: true });
    assert.equal(codeOf(late), 'job-not-possible');
  });

  test('are closed by a last request without a document', async () => {
    const bench = await booted();
    const { intake } = bench.spooler;
    const [withOne, without] = [await created(bench), await created(bench)];
    await intake.add(withOne, streamOf(Uint8Array.of(1)), { document, last: false });
    assert.equal(
      codeOf(await intake.add(withOne, undefined, { document, last: true })),
      'accepted',
    );
    await bench.untilState(withOne, 'completed', 1_000);
    const empty = streamOf(new Uint8Array());
    assert.equal(codeOf(await intake.add(without, empty, { document, last: true })), 'accepted');
    assert.equal((await bench.job(without)).state, 'aborted');
  });

  test('survive a broken document and take it again', async () => {
    const bench = await booted();
    const { intake } = bench.spooler;
    const id = await created(bench);
    const broken = (async function* () {
      yield Uint8Array.of(1);
      throw new Error('the client is gone');
    })();
    const answer = await intake.add(id, broken, { document, last: true });
    assert.equal(codeOf(answer), 'document-incomplete');
    await intake.add(id, streamOf(Uint8Array.of(2)), { document, last: true });
    await bench.untilState(id, 'completed', 1_000);
    assert.deepEqual(
      bench.device.sheets.map((sheet) => sheet.bytes[0]),
      [2],
    );
  });

  test('take one document at a time', async () => {
    const bench = await booted();
    const { intake } = bench.spooler;
    const id = await created(bench);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const slow = (async function* () {
      await ended;
      yield Uint8Array.of(1);
    })();
    const first = intake.add(id, slow, { document, last: false });
    await bench.pass(0);
    const second = await intake.add(id, streamOf(Uint8Array.of(2)), { document, last: true });
    assert.equal(codeOf(second), 'busy');
    // The time does not run while a document arrives.
    await bench.pass(600_000);
    end();
    assert.equal(codeOf(await first), 'accepted');
  });

  test('are ended by their time: printed with documents, aborted without', async () => {
    const bench = await booted();
    const { intake } = bench.spooler;
    const [withOne, without] = [await created(bench), await created(bench)];
    await bench.pass(100_000);
    await intake.add(withOne, streamOf(Uint8Array.of(1)), { document, last: false });
    await bench.pass(30_000);
    assert.equal((await bench.job(without)).state, 'aborted');
    assert.equal((await bench.job(withOne)).incoming, true);
    await bench.pass(100_000);
    assert.equal((await bench.job(withOne)).state, 'completed');
  });

  test('that were cancelled take no document', async () => {
    const bench = await booted();
    const id = await created(bench);
    await bench.spooler.jobs.cancel(id, administrator);
    const { intake } = bench.spooler;
    const answer = await intake.add(id, streamOf(Uint8Array.of(1)), { document, last: true });
    assert.equal(codeOf(answer), 'job-not-possible');
    await bench.pass(600_000);
    assert.equal((await bench.job(id)).state, 'canceled');
  });

  test('are unknown by a wrong id', async () => {
    const bench = await booted();
    const { intake } = bench.spooler;
    const answer = await intake.add('x', streamOf(Uint8Array.of(1)), { document, last: true });
    assert.equal(codeOf(answer), 'job-not-found');
  });
});

describe('a spooler that another one goes on for', () => {
  test('takes jobs until its door is closed, and whoever is connected then', async () => {
    const bench = await booted();
    const closed = Promise.withResolvers<void>();
    let closing = false;
    let done = false;
    const drained = bench.spooler
      .drain(async () => {
        closing = true;
        await closed.promise;
      })
      .finally(() => (done = true));
    await bench.pass(1_000);
    assert.ok(closing);
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1))), 'accepted');
    closed.resolve();
    await bench.pass(100);
    assert.equal(codeOf(await bench.submit(Uint8Array.of(2))), 'accepted');
    assert.equal(done, false);
    await bench.pass(1_000);
    await drained;
    assert.equal(codeOf(await bench.submit(Uint8Array.of(3))), 'shutting-down');
  });

  test('one that only stops refuses at once', async () => {
    const bench = await booted();
    await bench.spooler.drain();
    assert.equal(codeOf(await bench.submit(Uint8Array.of(1))), 'shutting-down');
  });
});
