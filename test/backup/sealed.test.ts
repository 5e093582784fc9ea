// The sealed file: what was sealed comes back, and nothing else does.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assert as assertProperty, asyncProperty, nat } from 'fast-check';
import { BackupError } from '../../firmware/backup/backup-error.ts';
import { readEntries, writeEntries } from '../../firmware/backup/entries.ts';
import { seal, unseal } from '../../firmware/backup/sealed.ts';
import { backupLimits } from '../../firmware/limits/backup-limits.ts';
import { SeededRandom } from '../world/random.ts';
import { chunksOf } from '../store/rig.ts';

/** Cheap enough for many files; the format is the same. */
const cheap = { memoryKib: 8, passes: 1, parallelism: 1 } as const;
const passphrase = 'correct horse';
const { pieceBytes } = backupLimits;

async function sealed(clear: Uint8Array, chunkBytes = 10_000): Promise<Buffer> {
  const random = new SeededRandom(1);
  return whole(seal(chunksOf(clear, chunkBytes), { passphrase, random, cost: cheap }));
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function problemOf(file: Uint8Array, word = passphrase): Promise<string> {
  try {
    await whole(unseal(chunksOf(file, 7_777), word));
  } catch (error) {
    assert.ok(error instanceof BackupError, String(error));
    return error.code;
  }
  return 'none';
}

function bytes(count: number): Buffer {
  return Buffer.from(new SeededRandom(7).bytes(count));
}

describe('a sealed file', () => {
  test('comes back as it was, at every size around a piece', async () => {
    for (const size of [0, 1, pieceBytes - 1, pieceBytes, pieceBytes + 1, 3 * pieceBytes]) {
      const clear = bytes(size);
      const back = await whole(unseal(chunksOf(await sealed(clear), 50_000), passphrase));
      assert.ok(back.equals(clear), `${size} bytes`);
    }
  });

  test('is opened by its passphrase alone, in whatever Unicode form it is typed', async () => {
    const file = await sealed(Buffer.from('secret'));
    assert.equal(await problemOf(file, 'correct horsf'), 'backup-passphrase');
    assert.ok(!file.includes('secret'));
    const random = new SeededRandom(1);
    const options = { passphrase: 'caf\u00e9 caf\u00e9 caf\u00e9', random, cost: cheap };
    const accented = await whole(seal(chunksOf(Buffer.from('x')), options));
    assert.equal(await problemOf(accented, 'cafe\u0301 cafe\u0301 cafe\u0301'), 'none');
  });

  test('cut off anywhere, it is refused', async () => {
    const file = await sealed(bytes(2 * pieceBytes + 10));
    for (let length = 0; length < file.length; length += 1_013) {
      assert.match(await problemOf(file.subarray(0, length)), /^backup-(damaged|passphrase)$/);
    }
    // At the very end of a piece: what comes before is whole, and says that it is not the last.
    const head = file.indexOf(0x0a, file.indexOf(0x0a) + 1) + 1;
    const piece = 4 + pieceBytes + 16;
    assert.equal(await problemOf(file.subarray(0, head + 2 * piece)), 'backup-damaged');
  });

  test('with any bit turned, pieces exchanged or bytes added, it is refused', async () => {
    const file = await sealed(bytes(2 * pieceBytes + 10));
    await assertProperty(
      asyncProperty(nat(file.length - 1), nat(7), async (at, bit) => {
        const other = Buffer.from(file);
        other[at] = (other[at] ?? 0) ^ (1 << bit);
        assert.notEqual(await problemOf(other), 'none');
      }),
      { numRuns: 60, seed: 1 },
    );
    const head = file.indexOf(0x0a, file.indexOf(0x0a) + 1) + 1;
    const piece = 4 + pieceBytes + 16;
    const exchanged = Buffer.concat([
      file.subarray(0, head),
      file.subarray(head + piece, head + 2 * piece),
      file.subarray(head, head + piece),
      file.subarray(head + 2 * piece),
    ]);
    assert.notEqual(await problemOf(exchanged), 'none');
    assert.notEqual(await problemOf(Buffer.concat([file, Buffer.alloc(1)])), 'none');
  });

  test('a head that asks for a machine’s whole memory is refused at once', async () => {
    const salt = Buffer.alloc(16).toString('base64');
    const head = { kdf: 'argon2id', memoryKib: 2 ** 31, passes: 1, parallelism: 1, salt };
    const file = Buffer.from(`Platen backup 1\n${JSON.stringify(head)}\n`);
    assert.equal(await problemOf(file), 'backup-damaged');
    assert.equal(await problemOf(Buffer.from('Platen backup 2\n{}\n')), 'backup-damaged');
    assert.equal(await problemOf(Buffer.from('%PDF-1.4\n')), 'backup-damaged');
    assert.equal(await problemOf(Buffer.alloc(0)), 'backup-damaged');
  });
});

describe('entries', () => {
  test('come back by name, whether they are read or left', async () => {
    const clear = writeEntries(entries(['a', 3], ['b', 200_000], ['c', 0]));
    const seen: [string, number][] = [];
    for await (const { name, sizeBytes, bytes: content } of readEntries(clear)) {
      if (name !== 'b') assert.equal((await whole(content)).length, sizeBytes);
      seen.push([name, sizeBytes]);
    }
    assert.deepEqual(seen, [
      ['a', 3],
      ['b', 200_000],
      ['c', 0],
    ]);
  });

  test('of which one is missing, or too much comes, are refused', async () => {
    const good = await whole(writeEntries(entries(['a', 3], ['b', 4])));
    const read = async (clear: Uint8Array): Promise<void> => {
      for await (const { name } of readEntries(chunksOf(clear, 5))) assert.ok(name.length === 1);
    };
    await read(good);
    await assert.rejects(read(good.subarray(0, good.length - 3)), BackupError);
    await assert.rejects(read(Buffer.concat([good, Buffer.from('x')])), BackupError);
    const count = Buffer.from(good.toString('latin1').replace('"entries":2', '"entries":3'));
    await assert.rejects(read(count), BackupError);
    await assert.rejects(read(Buffer.from('{"name":"a","sizeBytes":-1}\n')), BackupError);
    await assert.rejects(read(Buffer.from('no line')), BackupError);
  });

  test('one that changed while it was read ends the backup', async () => {
    const lying = async function* () {
      yield { name: 'a', sizeBytes: 5, bytes: [bytes(4)] };
    };
    await assert.rejects(whole(writeEntries(lying())), /a changed while it was read/);
  });
});

async function* entries(...rows: readonly [string, number][]) {
  for (const [name, sizeBytes] of rows) yield { name, sizeBytes, bytes: [bytes(sizeBytes)] };
}
