// An upload on its way to a slow disk: what comes meanwhile is one write, within memory and in
// order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Files } from '../../hal/contract.ts';
import { spoolLimits } from '../../firmware/limits/spool-limits.ts';
import { MemoryBudget } from '../../firmware/spool/memory-budget.ts';
import { type ReceivedDocument, Upload } from '../../firmware/spool/receive.ts';
import type { SpaceReservation } from '../../firmware/spool/space.ts';
import { settle } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { documentOf, headerDraft } from '../store/rig.ts';

const chunkBytes = 64 * 1024;

/** A disk whose writes of documents wait to be let go, one after the other. */
function slowFiles(files: Files) {
  const waiting: (() => void)[] = [];
  const writes: number[] = [];
  const slow: Files = {
    ...files,
    async open(path, mode) {
      const file = await files.open(path, mode);
      return {
        ...file,
        async write(bytes, at) {
          writes.push(bytes.length);
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
          });
          await file.write(bytes, at);
        },
      };
    },
  };
  return { slow, writes, letGo: () => waiting.shift()?.() };
}

const endlessSpace: SpaceReservation = {
  leftBytes: Number.POSITIVE_INFINITY,
  grow: async () => true,
  missingOf: () => 0,
  used: () => undefined,
  release: () => undefined,
};

async function startUpload(memoryBytes: number) {
  const { files } = new SimulatedDisk({ seed: 1 }).mount();
  await files.makeDirectory('/spool');
  const { slow, writes, letGo } = slowFiles(files);
  const memory = new MemoryBudget(memoryBytes);
  const chunks = Array.from({ length: 12 }, (_, at) => new Uint8Array(chunkBytes).fill(at + 1));
  let pulled = 0;
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      pulled += 1;
      yield chunk;
    }
  }
  const upload = new Upload(
    {
      files: slow,
      directory: '/spool',
      makeName: () => 'document',
      space: endlessSpace,
      memory,
      inlineBytes: chunkBytes,
    },
    { header: headerDraft('a') },
  );
  const ended = upload.receive(source());
  await settle();
  return {
    ended,
    writes,
    letGo,
    memory,
    files,
    bytes: Buffer.concat(chunks),
    pulled: () => pulled,
  };
}

async function receivedAtLast({
  letGo,
  ended,
}: Awaited<ReturnType<typeof startUpload>>): Promise<ReceivedDocument> {
  const over = ended.then(() => true);
  const turn = async () => {
    letGo();
    await settle();
    return false;
  };
  while (!(await Promise.race([over, turn()])));
  const outcome = await ended;
  if (outcome.kind !== 'received') throw new Error(`refused: ${outcome.code}`);
  return outcome;
}

test('what comes while the disk writes is one write, and only so much waits', async () => {
  const upload = await startUpload(spoolLimits.inlineMemoryBytes);
  // The first was gathered in memory that is used again.
  upload.letGo();
  await settle();
  assert.ok(upload.pulled() < 9, `${upload.pulled()} chunks were taken ahead of the disk`);
  upload.letGo();
  await settle();
  assert.deepEqual(upload.writes, [chunkBytes, chunkBytes, spoolLimits.chunkBytes]);
  const received = await receivedAtLast(upload);
  assert.equal(received.document.digest, documentOf(upload.bytes).digest);
  const written = await upload.files.readFile('/spool/document', 2 ** 30);
  assert.ok(upload.bytes.equals(written.subarray(0, upload.bytes.length)));
  assert.equal(upload.memory.takenBytes, 0);
});

test('what waits, and what joins it, is counted, and leaves half to small documents', async () => {
  const room = 4 * spoolLimits.chunkBytes;
  const upload = await startUpload(room);
  upload.letGo();
  await settle();
  assert.ok(upload.memory.takenBytes > spoolLimits.chunkBytes);
  assert.ok(upload.memory.takenBytes <= room / 2);
  const received = await receivedAtLast(upload);
  assert.equal(received.document.digest, documentOf(upload.bytes).digest);
  assert.equal(upload.memory.takenBytes, 0);
});

test('without memory each chunk waits for the one before', async () => {
  const upload = await startUpload(0);
  const received = await receivedAtLast(upload);
  assert.equal(received.document.digest, documentOf(upload.bytes).digest);
  assert.ok(upload.writes.slice(0, 12).every((size) => size === chunkBytes));
  assert.equal(upload.memory.takenBytes, 0);
});
