// The sealed file: Argon2id (RFC 9106) makes the key of a passphrase, and AES-256-GCM seals pieces
// that know their place and the last of which says so (STREAM of Hoang, Reyhanitabar, Rogaway and
// Vizár, 2015): none can be changed, moved, left out or cut off.
//
//   Platen backup 1 LF
//   {"kdf":"argon2id","memoryKib":…,"passes":…,"parallelism":…,"salt":…} LF
//   then for each piece: its length in four octets, big-endian; sealed bytes; a tag of 16 octets
import { argon2, createCipheriv, createDecipheriv } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Random } from '../../hal/contract.ts';
import { backupLimits as limits } from '../limits/backup-limits.ts';
import { BackupError } from './backup-error.ts';
import { ByteReader } from './byte-reader.ts';

const magic = 'Platen backup 1';
const tagBytes = 16;
const lengthBytes = 4;
const derive = promisify(argon2);

export type KeyCost = { readonly [Name in keyof typeof limits.argon2]: number };

const { argon2Most: most } = limits;
const headSchema = z.strictObject({
  kdf: z.literal('argon2id'),
  memoryKib: z.int().min(8).max(most.memoryKib),
  passes: z.int().min(1).max(most.passes),
  parallelism: z.int().min(1).max(most.parallelism),
  salt: z.base64().length(24),
});

export interface SealOptions {
  readonly passphrase: string;
  readonly random: Pick<Random, 'bytes'>;
  readonly cost?: KeyCost;
}

/** Pieces of the file, each as large as it gets; the clear bytes are pulled as it is read. */
export async function* seal(
  clear: AsyncIterable<Uint8Array>,
  { passphrase, random, cost = limits.argon2 }: SealOptions,
): AsyncGenerator<Uint8Array> {
  const { memoryKib, passes, parallelism } = cost;
  const salt = Buffer.from(random.bytes(limits.saltBytes)).toString('base64');
  const said = { kdf: 'argon2id', memoryKib, passes, parallelism, salt };
  const head = Buffer.from(`${magic}\n${JSON.stringify(said)}\n`);
  const key = await keyOf(passphrase, headSchema.parse(said));
  yield head;
  const reader = new ByteReader(clear);
  try {
    let number = 0;
    for (let piece = await whole(reader); ; number += 1) {
      const next = piece.length < limits.pieceBytes ? undefined : await whole(reader);
      const isLast = next === undefined || next.length === 0;
      yield sealPiece({ key, head, number, isLast }, piece);
      if (isLast) return;
      piece = next;
    }
  } finally {
    await reader.end();
  }
}

/** A full piece, or what is left. */
async function whole(reader: ByteReader): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let left: number = limits.pieceBytes; left > 0; ) {
    const some = await reader.some(left);
    if (some === undefined) break;
    pieces.push(some);
    left -= some.length;
  }
  return Buffer.concat(pieces);
}

interface Place {
  readonly key: Buffer;
  /** Sealed along with each piece: it can't be exchanged. */
  readonly head: Uint8Array;
  readonly number: number;
  readonly isLast: boolean;
}

function sealPiece({ key, head, number, isLast }: Place, clear: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast)).setAAD(head);
  const sealed = Buffer.concat([cipher.update(clear), cipher.final()]);
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(sealed.length);
  return Buffer.concat([length, sealed, cipher.getAuthTag()]);
}

/** A key seals one file, so a counter is enough. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 0);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** The clear bytes; throws a BackupError at the first piece that is not what was sealed. */
export async function* unseal(
  file: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(file);
  try {
    const { head, said } = await readHead(reader);
    const key = await keyOf(passphrase, said);
    let sealed = await readPiece(reader);
    for (let number = 0; ; number += 1) {
      const next = await readPieceOrEnd(reader);
      const isLast = next === undefined;
      const clear = openPiece({ key, head, number, isLast }, sealed);
      if (clear === undefined) throw unreadable(number, isLast);
      yield clear;
      if (isLast) return;
      sealed = next;
    }
  } finally {
    await reader.end();
  }
}

async function readHead(
  reader: ByteReader,
): Promise<{ readonly head: Uint8Array; readonly said: z.infer<typeof headSchema> }> {
  const first = await reader.line(magic.length + 8);
  if (first !== magic) {
    const what = first?.startsWith('Platen backup ') === true ? newerFile : 'it is no backup';
    throw new BackupError('backup-damaged', `The file can't be restored: ${what}.`);
  }
  const text = await reader.line(limits.headerBytes);
  const said = headSchema.safeParse(parsed(text));
  if (!said.success) {
    throw new BackupError('backup-damaged', 'The head of the backup is not what was written.');
  }
  return { head: Buffer.from(`${magic}\n${text}\n`), said: said.data };
}

const newerFile = 'another version of Platen wrote it, in a form that is not known here';

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // Refused by the schema, as anything else is that is no head.
    return undefined;
  }
}

async function readPiece(reader: ByteReader): Promise<Buffer> {
  const piece = await readPieceOrEnd(reader);
  if (piece !== undefined) return piece;
  throw brokenOff(reader);
}

async function readPieceOrEnd(reader: ByteReader): Promise<Buffer | undefined> {
  const first = await reader.some(1);
  if (first === undefined) return undefined;
  const rest = await reader.exactly(lengthBytes - 1);
  if (rest === undefined) throw brokenOff(reader);
  const length = Buffer.concat([first, rest]).readUInt32BE();
  if (length > limits.pieceBytes) throw unreadable(undefined, false);
  const piece = await reader.exactly(length + tagBytes);
  if (piece === undefined) throw brokenOff(reader);
  return piece;
}

function openPiece({ key, head, number, isLast }: Place, piece: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast), {
    authTagLength: tagBytes,
  })
    .setAAD(head)
    .setAuthTag(piece.subarray(piece.length - tagBytes));
  try {
    return Buffer.concat([
      decipher.update(piece.subarray(0, piece.length - tagBytes)),
      decipher.final(),
    ]);
  } catch {
    // It was not sealed so: the caller says what that means at this place.
    return undefined;
  }
}

function unreadable(number: number | undefined, isLast: boolean): BackupError {
  if (number === 0) {
    const message = 'The passphrase is wrong, or the beginning of the file is damaged.';
    return new BackupError('backup-passphrase', message);
  }
  const what = isLast ? 'its end is missing or damaged' : 'it is damaged in the middle';
  return new BackupError('backup-damaged', `The backup can't be read whole: ${what}.`);
}

function brokenOff(reader: ByteReader): BackupError {
  const where = `after ${reader.positionBytes} bytes`;
  return new BackupError('backup-damaged', `The backup breaks off ${where}: its end is missing.`);
}

async function keyOf(passphrase: string, said: z.infer<typeof headSchema>): Promise<Buffer> {
  return derive('argon2id', {
    message: passphrase.normalize('NFC'),
    nonce: Buffer.from(said.salt, 'base64'),
    memory: said.memoryKib,
    passes: said.passes,
    parallelism: said.parallelism,
    tagLength: limits.keyBytes,
  });
}
