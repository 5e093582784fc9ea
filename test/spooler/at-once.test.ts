// Stories of printing at once: the device has bytes while the document still arrives, and what
// breaks off ends as interrupted, marked.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PrinterSettings } from '../../firmware/printers/printer.ts';
import { Bench } from './bench.ts';

/** A document that a test sends piece by piece. */
class Upload {
  readonly #pieces: Uint8Array[] = [];
  #end: Error | 'whole' | undefined;
  #told = Promise.withResolvers<void>();

  send(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#tell();
  }

  end(how: Error | 'whole' = 'whole'): void {
    this.#end = how;
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.#end instanceof Error) throw this.#end;
      else if (this.#end === 'whole') return;
      else await this.#told.promise;
    }
  }

  #tell(): void {
    this.#told.resolve();
    this.#told = Promise.withResolvers<void>();
  }
}

async function booted(settings: PrinterSettings = {}): Promise<Bench> {
  const bench = new Bench();
  await bench.boot();
  await bench.addPrinter('office', { startPrinting: 'at-once', ...settings });
  return bench;
}

async function onlyJob(bench: Bench) {
  const [job] = await bench.spooler.jobs.list({ which: 'all', limit: 10 });
  assert.ok(job !== undefined);
  return job;
}

/** Bytes that are with the device, whole documents or not. */
function underWay(bench: Bench): number {
  return bench.device.takenBytes;
}

describe('at-once', () => {
  test('the device has bytes before the client has sent the last', async () => {
    const bench = await booted();
    const bytes = bench.random.bytes(200_000);
    const upload = new Upload();
    const answer = bench.submit(upload);
    upload.send(bytes.subarray(0, 50_000));
    await bench.until(() => underWay(bench) === 50_000);
    const printing = await onlyJob(bench);
    assert.equal(printing.state, 'processing');
    assert.equal(printing.incoming, true);
    upload.send(bytes.subarray(50_000));
    await bench.until(() => underWay(bench) === 200_000);
    await bench.pass(5_000);
    assert.equal((await onlyJob(bench)).state, 'processing');
    upload.end();
    const accepted = await answer;
    assert.ok(accepted.kind === 'accepted');
    const done = await bench.untilState(accepted.job.id, 'completed', 1_000);
    assert.equal(done.possiblyPrintedTwice, false);
    assert.equal(done.documents[0]?.sizeBytes, 200_000);
    assert.deepEqual(
      bench.device.sheets.map(({ bytes: got, whole }) => [Buffer.compare(got, bytes), whole]),
      [[0, true]],
    );
  });

  test('a broken upload ends as interrupted, marked, and the next job prints', async () => {
    const bench = await booted();
    const upload = new Upload();
    const answer = bench.submit(upload);
    upload.send(bench.random.bytes(50_000));
    await bench.until(() => underWay(bench) === 50_000);
    upload.end(new Error('the client is gone'));
    const refused = await answer;
    assert.equal(refused.kind === 'refused' && refused.code, 'document-incomplete');
    const job = await onlyJob(bench);
    assert.equal(job.state, 'aborted');
    assert.deepEqual(job.reasons, ['aborted-by-system', 'submission-interrupted']);
    assert.equal(job.possiblyPrintedTwice, true);
    assert.match(job.message, /^Interrupted/);
    assert.deepEqual(await bench.disk.mount().files.list('/spool/documents'), []);
    const next = await bench.print(Uint8Array.of(1));
    await bench.untilState(next.id, 'completed', 61_000);
    assert.equal(bench.device.wholeSheets(job.id).length, 0);
  });

  test('a device that is off lets the document arrive, and prints it then', async () => {
    const bench = await booted();
    bench.device.power = 'off';
    const job = await bench.print(bench.random.bytes(100_000));
    assert.equal(job.state, 'pending');
    bench.device.power = 'on';
    const done = await bench.untilState(job.id, 'completed', 61_000);
    assert.equal(done.attempts, 1);
    assert.equal(done.possiblyPrintedTwice, false);
  });

  test('a device that stands still does not hold up whoever breaks off', async () => {
    const bench = await booted();
    bench.device.stallAtBytes = 1_000;
    const upload = new Upload();
    const answer = bench.submit(upload);
    upload.send(bench.random.bytes(50_000));
    await bench.until(() => underWay(bench) === 1_000);
    upload.end(new Error('gone'));
    const refused = await bench.during(answer, 5_000);
    assert.equal(refused.kind, 'refused');
    assert.equal((await onlyJob(bench)).state, 'aborted');
  });

  test('a device that breaks off lets the rest arrive; the job prints again, marked', async () => {
    const bench = await booted();
    bench.device.breaks = { atBytes: 10_000, times: 1 };
    const upload = new Upload();
    const answer = bench.submit(upload);
    const bytes = bench.random.bytes(100_000);
    upload.send(bytes.subarray(0, 50_000));
    await bench.until(() => bench.device.sheets.length === 1);
    upload.send(bytes.subarray(50_000));
    upload.end();
    const accepted = await answer;
    assert.ok(accepted.kind === 'accepted');
    const done = await bench.untilState(accepted.job.id, 'completed', 61_000);
    assert.equal(done.possiblyPrintedTwice, true);
    assert.equal(bench.device.wholeSheets(done.id).length, 1);
  });

  for (const how of ['kill', 'powerCut'] as const) {
    test(`a ${how} in the middle ends the job as interrupted, marked`, async () => {
      const bench = await booted();
      const upload = new Upload();
      void bench.submit(upload);
      upload.send(bench.random.bytes(50_000));
      await bench.until(() => underWay(bench) === 50_000);
      bench[how]();
      await bench.boot();
      const job = await onlyJob(bench);
      assert.equal(job.state, 'aborted');
      assert.equal(job.possiblyPrintedTwice, true);
      await bench.pass(300_000);
      assert.equal(bench.device.touchedBy(job.id).length, 1);
    });
  }

  test('held jobs, several copies and what is cancelled are as ever', async () => {
    const bench = await booted({ holdNewJobs: true });
    const held = await bench.print(bench.random.bytes(100_000));
    assert.equal(held.state, 'pending-held');
    const plain = await booted();
    const copies = await plain.print(plain.random.bytes(100_000), { copies: 2 });
    await plain.untilState(copies.id, 'completed', 1_000);
    assert.equal(plain.device.wholeSheets(copies.id).length, 2);
    const refused = await booted({ quotas: { jobs: 1 } });
    refused.device.power = 'off';
    await refused.print(refused.random.bytes(100_000));
    const second = await refused.submit(refused.random.bytes(100_000));
    assert.equal(second.kind === 'refused' && second.code, 'queue-full');
  });
});

describe('straight', () => {
  const question = Buffer.from('~HS');

  function passThrough(bench: Bench, settings: { readonly copies?: number } = {}) {
    const upload = new Upload();
    const words: string[] = [];
    let ends = 0;
    const onWords = (bytes: Uint8Array) => void words.push(String(Buffer.from(bytes)));
    const straight = { onWords, onEnd: () => void (ends += 1) };
    const answer = bench.submit(upload, { straight, ...settings });
    return { upload, words, answer, ends: () => ends };
  }

  test('the first byte goes on as it comes, and what the device says comes back', async () => {
    const bench = await booted({ startPrinting: 'spooled' });
    const { upload, words, answer, ends } = passThrough(bench);
    upload.send(question);
    await bench.until(() => underWay(bench) === 3, 1_000);
    bench.device.words.push(Buffer.from('ready'), Buffer.from('steady'));
    await bench.until(() => words.length === 2, 1_000);
    upload.send(question);
    await bench.until(() => underWay(bench) === 6, 1_000);
    assert.equal(ends(), 0);
    upload.end();
    const accepted = await answer;
    assert.ok(accepted.kind === 'accepted');
    const done = await bench.untilState(accepted.job.id, 'completed', 2_000);
    assert.deepEqual([done.documents[0]?.sizeBytes, done.possiblyPrintedTwice], [6, false]);
    await bench.until(() => ends() === 1, 1_000);
    assert.deepEqual(words, ['ready', 'steady']);
    assert.equal(bench.device.wholeSheets(done.id).length, 1);
  });

  test('whoever breaks off stops it, and hears its end', async () => {
    const bench = await booted({ startPrinting: 'spooled' });
    const { upload, answer, ends } = passThrough(bench);
    upload.send(question);
    await bench.until(() => underWay(bench) === 3, 1_000);
    upload.end(new Error('gone'));
    assert.equal((await answer).kind, 'refused');
    assert.equal((await onlyJob(bench)).state, 'aborted');
    assert.equal(ends(), 1);
  });

  test('a device that is away, and several copies, are spooled as ever', async () => {
    const bench = await booted({ startPrinting: 'spooled' });
    const copies = passThrough(bench, { copies: 2 });
    copies.upload.send(question);
    copies.upload.end();
    assert.equal((await copies.answer).kind, 'accepted');
    assert.equal(copies.ends(), 1);
    bench.device.power = 'off';
    const away = passThrough(bench);
    away.upload.send(question);
    away.upload.end();
    const accepted = await away.answer;
    assert.ok(accepted.kind === 'accepted');
    bench.device.power = 'on';
    await bench.untilState(accepted.job.id, 'completed', 61_000);
    assert.equal(away.ends(), 1);
  });
});
