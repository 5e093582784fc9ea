// Files, FIFOs and printer nodes that are written to without ever waiting for whoever reads them.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import type { OutputDevice, OutputKind, OutputOptions, Outputs, PrinterNode } from '../contract.ts';
import { HalError, isHalError, toHalError } from '../errors.ts';
import { parallelIdOf } from './parallel-ids.ts';
import { createPromptRefusals } from './parallel-node.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOCTTY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
const neverWaiting = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
const privateFileMode = 0o600;

/** Documentation/admin-guide/devices.txt: 6 is parallel printers, 180 USB devices. */
const parallelMajor = 6;
const printerMajors: readonly number[] = [parallelMajor, 180];
const nodeFolders = [
  { folder: '/dev', name: /^lp\d+$/ },
  { folder: '/dev/usb', name: /^lp\d+$/ },
] as const;

export function createLinuxOutputs(): Outputs {
  const refusePromptly = createPromptRefusals();
  return {
    open: (path, options) => openOutput(path, options, refusePromptly),
    listPrinterNodes,
  };
}

async function openOutput(
  path: string,
  options: OutputOptions,
  refusePromptly: (descriptor: number) => void,
): Promise<OutputDevice> {
  const isNew = !(await isThere(path)) && options.kinds.includes('file');
  const make = isNew ? O_CREAT | O_EXCL : 0;
  const append = options.kinds.includes('file') ? O_APPEND : 0;
  const flags = neverWaiting | make | append;
  const handle = await named(path, open(path, flags, privateFileMode));
  try {
    const found = await named(path, handle.stat());
    const kind = kindOf(found);
    if (kind === undefined || !options.kinds.includes(kind)) {
      const detail = `it is no ${options.kinds.join(' or ')}`;
      throw new HalError('permission-denied', path, { detail });
    }
    if (majorOf(found.rdev) === parallelMajor) refusePromptly(handle.fd);
    if (kind === 'file' && options.start === 'replace') await named(path, handle.truncate(0));
    const startBytes = options.start === 'replace' ? 0 : found.size;
    return createDevice({ handle, path, kind, opened: found, startBytes });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Opened {
  readonly handle: FileHandle;
  readonly path: string;
  readonly kind: OutputKind;
  readonly opened: Stats;
  /** The length of a regular file before the first byte. */
  readonly startBytes: number;
}

function createDevice({ handle, path, kind, opened, startBytes }: Opened): OutputDevice {
  return {
    kind,
    async write(bytes) {
      try {
        return (await handle.write(bytes)).bytesWritten;
      } catch (error) {
        const failure = toHalError(error, path);
        if (failure.errno === 'EAGAIN') return 0;
        // A cable that was pulled out fails as an off-line printer does; its node is gone, though.
        if (failure.code === 'io-error' && !(await isSameNode(path, opened))) {
          throw new HalError('device-gone', path, { cause: error });
        }
        throw failure;
      }
    },
    async sync() {
      if (kind === 'file') await named(path, handle.datasync());
    },
    async takeBack() {
      if (kind === 'file') await named(path, handle.truncate(startBytes));
    },
    async close() {
      try {
        await handle.close();
      } catch {
        // Closed already, or the device is gone: either way there is nothing left to close.
      }
    },
  };
}

async function listPrinterNodes(): Promise<readonly PrinterNode[]> {
  const found = await Promise.all(
    nodeFolders.map(async ({ folder, name }) => {
      const names = await namesIn(folder);
      return names.filter((each) => name.test(each)).map((each) => `${folder}/${each}`);
    }),
  );
  const paths = found.flat().toSorted();
  return Promise.all(paths.map(async (path) => ({ path, ieee1284Id: await parallelIdOf(path) })));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await named(folder, readdir(folder));
  } catch (error) {
    if (isHalError(error, 'not-found')) return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await named(path, lstat(path));
    return true;
  } catch (error) {
    if (isHalError(error, 'not-found')) return false;
    throw error;
  }
}

async function isSameNode(path: string, opened: Stats): Promise<boolean> {
  try {
    const now = await lstat(path);
    return now.ino === opened.ino && now.rdev === opened.rdev;
  } catch {
    // Whatever hides the node, it is not the one that was opened.
    return false;
  }
}

function kindOf(stats: Stats): OutputKind | undefined {
  if (stats.isFile()) return 'file';
  if (stats.isFIFO()) return 'fifo';
  return stats.isCharacterDevice() && printerMajors.includes(majorOf(stats.rdev))
    ? 'character'
    : undefined;
}

/** The kernel's device numbers: 12 bits of major at bit 8. */
function majorOf(rdev: number): number {
  return (rdev >> 8) & 0xfff;
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toHalError(error, path);
  }
}
