// The spool: documents in and out, small in memory and large on disk, refused when there is no
// room, cleaned at start.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { spoolFileLimits } from '../../firmware/limits/spool-file-limits.ts';
import { spoolLimits } from '../../firmware/limits/spool-limits.ts';
import { DamagedDocumentError } from '../../firmware/spool/document-reader.ts';
import type { ReceivedDocument } from '../../firmware/spool/receive.ts';
import type { RecoverableDocument } from '../../firmware/spool/scan.ts';
import type { Spool, SpoolOptions } from '../../firmware/spool/spool.ts';
import { settle } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';
import {
  acceptDocument,
  chunksOf,
  committed,
  documentOf,
  headerDraft,
  jobUnit,
  openRig,
  printer,
  readDocument,
  type Rig,
  unit,
} from '../store/rig.ts';

const largeBytes = spoolLimits.inlineDocumentBytes * 3 + 5;
const large = Buffer.alloc(largeBytes, 'a document that does not fit inline ');

async function rigWithPrinter(
  limits: SpoolOptions['limits'] = {},
  disk = new SimulatedDisk({ seed: 1 }),
): Promise<Rig> {
  const rig = await openRig({ disk, limits });
  const created = { type: 'printer.created', payload: { printer: printer() } } as const;
  committed(await rig.store.commit(unit(created)));
  // The keepsake is written behind the commit.
  await settle();
  return rig;
}

async function received(
  spool: Spool,
  stream: AsyncIterable<Uint8Array>,
  options: { readonly sizeBytes?: number } = {},
): Promise<ReceivedDocument> {
  const outcome = await spool.receive(stream, { header: headerDraft('a'), ...options });
  if (outcome.kind === 'received') return outcome;
  throw new Error(`refused: ${outcome.code}`);
}

async function scanned(rig: Rig): Promise<readonly RecoverableDocument[]> {
  const found: RecoverableDocument[] = [];
  for await (const document of rig.spool.scan()) found.push(document);
  return found;
}

const documentNames = async (rig: Rig) =>
  (await rig.files.list('/data/spool/documents')).map(({ name }) => name);

describe('a document', () => {
  test('that is small stays in memory, with size and digest, until its commit', async () => {
    const { spool, disk } = await rigWithPrinter();
    const before = disk.operations;
    const bytes = Buffer.from('small');
    const document = await received(spool, chunksOf(bytes, 2));
    assert.deepEqual(document.document, documentOf(bytes));
    assert.deepEqual(document.source, { kind: 'inline', bytes: new Uint8Array(bytes) });
    assert.equal(disk.operations, before);
    assert.ok(spool.load.memoryBytes > 0);
    document.keep();
    assert.deepEqual(spool.load, { uploads: 0, memoryBytes: 0 });
  });

  test('of exactly the inline limit is inline, one byte more is a file', async () => {
    const { spool } = await rigWithPrinter();
    for (const [sizeBytes, kind] of [
      [spoolLimits.inlineDocumentBytes, 'inline'],
      [spoolLimits.inlineDocumentBytes + 1, 'file'],
    ] as const) {
      const document = await received(spool, chunksOf(Buffer.alloc(sizeBytes), 10_000));
      assert.equal(document.source.kind, kind);
      document.keep();
    }
  });

  test('comes back byte for byte, small or large, in chunks of any size', async () => {
    const rig = await rigWithPrinter();
    for (const [index, bytes] of [Buffer.from('x'), Buffer.alloc(0), large].entries()) {
      committed(await acceptDocument(rig, `job-${index}`, bytes));
      assert.ok(bytes.equals(await readDocument(rig, `job-${index}`)));
    }
    const document = await received(rig.spool, chunksOf(large, largeBytes));
    assert.deepEqual(document.document, documentOf(large));
    await document.discard();
    assert.equal((await documentNames(rig)).length, 1);
  });

  test('goes to a file when the memory of all uploads is used up', async () => {
    const { spool } = await rigWithPrinter({ inlineMemoryBytes: 8 * 1024 });
    const bytes = Buffer.alloc(4_000, 1);
    const first = await received(spool, chunksOf(bytes));
    const second = await received(spool, chunksOf(bytes));
    const third = await received(spool, chunksOf(bytes));
    assert.deepEqual(
      [first, second, third].map(({ source }) => source.kind),
      ['inline', 'inline', 'file'],
    );
    assert.deepEqual(third.document, documentOf(bytes));
    for (const document of [first, second, third]) document.keep();
    assert.equal(spool.load.memoryBytes, 0);
  });

  test('that breaks off leaves nothing, and gives back memory and space', async () => {
    const rig = await rigWithPrinter();
    async function* breaking(afterBytes: number): AsyncGenerator<Uint8Array> {
      yield* chunksOf(large.subarray(0, afterBytes));
      throw new Error('the line is dead');
    }
    for (const afterBytes of [10, 100_000]) {
      const outcome = await rig.spool.receive(breaking(afterBytes), { header: headerDraft('a') });
      assert.ok(outcome.kind === 'refused');
      assert.equal(outcome.code, 'document-incomplete');
      assert.match(outcome.message, /the line is dead/);
    }
    assert.deepEqual(rig.spool.load, { uploads: 0, memoryBytes: 0 });
    assert.deepEqual(await documentNames(rig), []);
  });

  test('whose reader gives up is incomplete, though its source hangs', async () => {
    const rig = await rigWithPrinter();
    const controller = new AbortController();
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield large.subarray(0, 100_000);
      controller.abort();
      await Promise.withResolvers<void>().promise;
    }
    const options = { header: headerDraft('a'), signal: controller.signal };
    const outcome = await rig.spool.receive(hanging(), options);
    assert.ok(outcome.kind === 'refused' && outcome.code === 'document-incomplete');
    assert.deepEqual(await documentNames(rig), []);
  });
});

describe('space', () => {
  const disk = () => new SimulatedDisk({ seed: 1, totalBytes: 1_000_000 });

  test('is reserved whole where the size is known, before a byte is taken', async () => {
    const { spool } = await rigWithPrinter({ reserveBytes: 100_000 }, disk());
    let taken = false;
    async function* stream(): AsyncGenerator<Uint8Array> {
      taken = true;
      yield large;
    }
    const options = { header: headerDraft('a'), sizeBytes: 900_001 };
    const outcome = await spool.receive(stream(), options);
    assert.ok(outcome.kind === 'refused' && outcome.code === 'spool-full');
    assert.equal(taken, false);
  });

  test('that a running upload reserved is not there for another', async () => {
    const { spool } = await rigWithPrinter({}, disk());
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10);
      await gate.promise;
    }
    const first = received(spool, slow(), { sizeBytes: 700_000 });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    const options = { header: headerDraft('b'), sizeBytes: 700_000 };
    const second = await spool.receive(chunksOf(Buffer.alloc(10)), options);
    assert.ok(second.kind === 'refused' && second.code === 'spool-full');
    gate.resolve();
    (await first).keep();
    (await received(spool, chunksOf(Buffer.alloc(10)), { sizeBytes: 700_000 })).keep();
  });

  test('that runs out ends the upload politely, and comes back', async () => {
    const rig = await rigWithPrinter({}, disk());
    const endless = chunksOf(Buffer.alloc(2_000_000), 50_000);
    const outcome = await rig.spool.receive(endless, { header: headerDraft('a') });
    assert.ok(outcome.kind === 'refused' && outcome.code === 'spool-full');
    assert.deepEqual(await documentNames(rig), []);
    rig.disk.faults.add({ operation: 'write', code: 'no-space', afterBytes: 70_000, times: 1 });
    const surprised = await rig.spool.receive(chunksOf(large), { header: headerDraft('a') });
    assert.ok(surprised.kind === 'refused' && surprised.code === 'spool-full');
    (await received(rig.spool, chunksOf(large))).keep();
  });
});

describe('the spool', () => {
  test('refuses more uploads at once than its limit, and takes them afterwards', async () => {
    const { spool } = await rigWithPrinter({ concurrentUploads: 1 });
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array> {
      await gate.promise;
      yield Buffer.alloc(1);
    }
    const first = received(spool, slow());
    const second = await spool.receive(chunksOf(large), { header: headerDraft('b') });
    assert.ok(second.kind === 'refused' && second.code === 'busy');
    gate.resolve();
    (await first).keep();
    (await received(spool, chunksOf(large))).keep();
  });

  test('says that a disk failed, and leaves nothing', async () => {
    const rig = await rigWithPrinter();
    for (const operation of ['create', 'write', 'sync', 'sync-directory'] as const) {
      rig.disk.faults.add({ operation, path: 'documents', code: 'io-error', times: 1 });
      await assert.rejects(
        rig.spool.receive(chunksOf(large), { header: headerDraft('a') }),
        (error) => isHalError(error, 'io-error'),
      );
      assert.deepEqual(await documentNames(rig), [], operation);
    }
    assert.deepEqual(rig.spool.load, { uploads: 0, memoryBytes: 0 });
  });

  test('brings a large document to the disk while it arrives', async () => {
    const rig = await openRig();
    const before = rig.disk.count('sync');
    const bytes = new Uint8Array(spoolFileLimits.syncStepBytes * 2 + 1);
    const { document } = await received(rig.spool, chunksOf(bytes, 1024 * 1024));
    assert.equal(document.digest, documentOf(bytes).digest);
    assert.ok(rig.disk.count('sync') - before > 1);
  });

  test('believes no later sync once one has failed', async () => {
    const rig = await openRig();
    rig.disk.faults.add({ operation: 'sync', code: 'io-error', times: 1 });
    const bytes = new Uint8Array(spoolFileLimits.syncStepBytes + 1);
    const receiving = rig.spool.receive(chunksOf(bytes, 1024 * 1024), { header: headerDraft('a') });
    await assert.rejects(receiving, (error) => isHalError(error, 'io-error'));
    assert.deepEqual(await documentNames(rig), []);
  });

  test('does not hand out a document that is not whole', async () => {
    const rig = await rigWithPrinter();
    committed(await acceptDocument(rig, 'a', large));
    const [name = ''] = await documentNames(rig);
    const file = await rig.files.open(`/data/spool/documents/${name}`, 'read-write');
    await file.truncate(largeBytes - 1);
    await assert.rejects(readDocument(rig, 'a'), DamagedDocumentError);
  });

  test('cleans parts away, and reports whole documents without a record', async () => {
    const rig = await rigWithPrinter();
    committed(await acceptDocument(rig, 'kept', large));
    (await received(rig.spool, chunksOf(large))).keep();
    const part = await rig.files.open('/data/spool/documents/part.doc', 'create');
    await part.write(Buffer.from('half a document'), 0);
    const referenced = (names: readonly string[]) =>
      rig.store.query('documents.referenced', { names });
    const report = await rig.spool.clean(referenced);
    assert.deepEqual([report.removedParts, report.failed], [1, 0]);
    const [orphan] = report.unreferenced;
    assert.ok(report.unreferenced.length === 1 && orphan !== undefined);
    assert.equal((await documentNames(rig)).length, 2);
    await rig.spool.remove(orphan);
    assert.equal((await documentNames(rig)).length, 1);
    assert.ok(large.equals(await readDocument(rig, 'kept')));
  });

  test('tells alone what is needed to print each document', async () => {
    const rig = await rigWithPrinter();
    committed(await acceptDocument(rig, 'big', large));
    for (const id of ['x', 'y']) {
      const attributes = { media: 'iso_a4_210x297mm' };
      committed(await rig.store.commit(jobUnit(id, undefined, { attributes, priority: 70 })));
    }
    const found = await scanned(rig);
    assert.deepEqual(
      found.map(({ header }) => [header.job.id, header.printer.name]),
      [
        ['x', 'Office'],
        ['y', 'Office'],
        ['big', 'Office'],
      ],
    );
    const [first, , third] = found;
    assert.equal(first?.header.job.priority, 70);
    assert.deepEqual(first?.header.job.attributes, { media: 'iso_a4_210x297mm' });
    assert.deepEqual(first?.header.document, documentOf(Buffer.from('document of x')));
    const at = await rig.store.query('documents.locate', { jobId: 'big', number: 1 });
    assert.deepEqual(third?.location, at);
  });

  test('leaves damaged documents out when it tells', async () => {
    const rig = await rigWithPrinter();
    for (const id of ['x', 'y', 'z']) committed(await rig.store.commit(jobUnit(id)));
    const at = await rig.store.query('documents.locate', { jobId: 'y', number: 1 });
    assert.ok(at?.kind === 'segment');
    const file = await rig.files.open(`/data/spool/segments/${at.name}`, 'read-write');
    await file.write(Buffer.from('?'), at.offsetBytes);
    await file.write(Buffer.from('garbage behind the end'), await file.sizeBytes());
    const found = await scanned(rig);
    assert.deepEqual(
      found.map(({ header }) => header.job.id),
      ['x', 'z'],
    );
  });
});
