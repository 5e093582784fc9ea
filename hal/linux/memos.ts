// Memory that outlives the process and not the boot: small files on a file system without a disk.
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Memos } from '../contract.ts';
import { HalError, toHalError } from '../errors.ts';

const parentFolder = '/dev/shm';
/** TMPFS_MAGIC of statfs(2). */
const tmpfsMagic = 0x0102_1994;
const privateDirectoryMode = 0o700;
const privateFileMode = 0o600;
const memoBytes = 256;

/**
 * Calls are synchronous because they copy a few bytes within memory: a tmpfs has no disk to wait
 * for. `owner` tells those of several appliances on one machine apart. Throws a HalError where the
 * machine has no such memory, or it is not ours alone.
 */
export function openLinuxMemos(owner: string): Memos {
  const directory = join(parentFolder, `platen-${nameOf(owner)}`);
  translated(() => prepare(directory));
  const before = translated(() => readAll(directory));
  const open = new Map<string, number>();
  return {
    before,
    write(key, text) {
      const bytes = Buffer.from(text.padEnd(memoBytes));
      if (bytes.length !== memoBytes) throw new HalError('too-large', key);
      translated(() => {
        const fd = open.get(key) ?? openSync(join(directory, nameOf(key)), flags, privateFileMode);
        open.set(key, fd);
        writeSync(fd, bytes, 0, memoBytes, 0);
      });
    },
    close() {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;
const flags = O_WRONLY | O_CREAT | O_NOFOLLOW;

/** Anyone may make folders there: one that is not ours, or a link, is refused. */
function prepare(directory: string): void {
  if (statfsSync(parentFolder).type !== tmpfsMagic) {
    throw new HalError('other', parentFolder, { detail: 'is no memory file system' });
  }
  mkdirSync(directory, { recursive: true, mode: privateDirectoryMode });
  const { uid, mode } = lstatSync(directory);
  const isOurs = uid === process.getuid?.() && (mode & 0o777) === privateDirectoryMode;
  if (!isOurs || !lstatSync(directory).isDirectory()) {
    throw new HalError('permission-denied', directory);
  }
}

function readAll(directory: string): readonly string[] {
  return readdirSync(directory).map((name) =>
    readFileSync(join(directory, name), 'utf8').slice(0, memoBytes).trimEnd(),
  );
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toHalError(error, parentFolder);
  }
}
