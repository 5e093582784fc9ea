// Bytes of one file against a disk that is slow or full, and syncs that come behind.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gathering, gatheringBuffers } from '../../firmware/client/gathering.ts';
import { createSyncing } from '../../firmware/client/syncing.ts';
import { clientLimits as limits } from '../../firmware/limits/client-limits.ts';
import type { OpenFile } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';

/** A file whose writes and syncs end when the test says so. */
class SlowFile implements OpenFile {
  readonly path = 'slow';
  readonly pending: PromiseWithResolvers<void>[] = [];
  readonly content = Buffer.alloc(8 * limits.writeBytes);
  closed = false;

  async write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    this.content.set(bytes, positionBytes);
    await this.#wait();
  }

  sync(): Promise<void> {
    return this.#wait();
  }

  async read(): Promise<Uint8Array> {
    throw new Error('nobody reads it');
  }

  async sizeBytes(): Promise<number> {
    return 0;
  }

  async truncate(): Promise<void> {}

  async close(): Promise<void> {
    this.closed = true;
  }

  #wait(): Promise<void> {
    const wait = Promise.withResolvers<void>();
    this.pending.push(wait);
    return wait.promise;
  }
}

function gathering(sizeBytes: number) {
  const partial = new SlowFile();
  const said = { resumed: 0, dropped: 0 };
  const hash = createHash('sha256');
  const file = {
    name: 'f',
    directory: 'd',
    component: 'c',
    digest: '',
    sizeBytes,
    type: 'x/y',
    title: 'f',
  };
  const sink = new Gathering({
    file,
    partial,
    hash,
    fromBytes: 0,
    meter: { bytes: 0 },
    buffers: gatheringBuffers(),
    resume: () => void (said.resumed += 1),
    drop: () => void (said.dropped += 1),
  });
  sink.begin({ status: 200, lengthBytes: sizeBytes, lasts: true, sizeBytes: 0 });
  return { sink, partial, hash, said };
}

describe('bytes of a file', () => {
  const record = Buffer.alloc(16 * 1024, 'platen');
  const recordsPerBuffer = limits.writeBytes / record.length;

  test('wait for a disk that is behind, and arrive in order', async () => {
    const records = 3 * recordsPerBuffer;
    const { sink, partial, hash, said } = gathering(records * record.length);
    const sent = Buffer.concat(
      Array.from({ length: records }, (_, at) => Buffer.from(record.map((byte) => byte ^ at))),
    );
    const part = (at: number) => sent.subarray(at * record.length, (at + 1) * record.length);
    let at = 0;
    while (sink.take(part(at))) at += 1;
    at += 1;
    // One buffer is written, the other full.
    assert.equal(at, 2 * recordsPerBuffer);
    // What the connection had read before it could stop.
    sink.take(part(at));
    at += 1;
    assert.equal(said.resumed, 0);
    partial.pending.shift()?.resolve();
    await nextTurn();
    assert.equal(said.resumed, 1);
    const settled = (async () => {
      for (; at < records; at += 1) sink.take(part(at));
      return sink.settle();
    })();
    for (let turn = 0; turn < 4; turn += 1) {
      partial.pending.shift()?.resolve();
      await nextTurn();
    }
    assert.equal(await settled, sent.length);
    assert.ok(partial.content.subarray(0, sent.length).equals(sent));
    assert.equal(hash.digest('hex'), createHash('sha256').update(sent).digest('hex'));
  });

  test('end where the disk is full, and the connection with them', async () => {
    const { sink, partial, said } = gathering(4 * limits.writeBytes);
    while (sink.take(record));
    partial.pending.shift()?.reject(new HalError('no-space', 'slow'));
    await assert.rejects(sink.settle(), HalError);
    assert.equal(said.dropped, 1);
  });
});

describe('syncs behind downloads', () => {
  test('are a few at once, bounded in number, and all done at the end', async () => {
    const syncing = createSyncing();
    const files: SlowFile[] = [];
    const most = limits.syncsAtOnce + limits.syncsWaiting;
    let stopped = false;
    const adding = (async () => {
      for (let count = 0; count < most + 5; count += 1) {
        const file = new SlowFile();
        files.push(file);
        await syncing.add(file);
      }
      stopped = true;
    })();
    const settle = async () => {
      for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    };
    await settle();
    assert.equal(stopped, false);
    assert.equal(files.length, most);
    const running = () => files.filter(({ pending }) => pending.length > 0);
    assert.equal(running().length, limits.syncsAtOnce);
    for (let turn = 0; turn < most + 5; turn += 1) {
      for (const { pending } of running()) pending.shift()?.resolve();
      await settle();
    }
    await adding;
    await syncing.end();
    assert.ok(files.every(({ closed }) => closed));
  });

  test('that fail are told, and every file is closed', async () => {
    const syncing = createSyncing();
    const files = [new SlowFile(), new SlowFile(), new SlowFile()];
    for (const file of files) await syncing.add(file);
    files[0]?.pending.shift()?.reject(new HalError('damaged', 'slow'));
    files[1]?.pending.shift()?.resolve();
    await assert.rejects(syncing.end(), HalError);
    assert.ok(files.every(({ closed }) => closed));
  });
});
