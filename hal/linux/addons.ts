// Loads a native addon that the single file carries as an asset.
import { closeSync, constants as fileFlags, openSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { getRawAsset } from 'node:sea';

/** Not among Node's constants; with O_DIRECTORY it is O_TMPFILE (include/uapi/asm-generic). */
const tmpfileFlag = 0o20000000;
const executable = 0o700;

/**
 * The addon's exports. Rejecting folders (read-only, noexec) are passed over. It happens once an
 * addon, when its library is first used; the file has no name, so nothing is left behind.
 */
export function loadAddon(asset: string): unknown {
  const bytes = new Uint8Array(getRawAsset(asset));
  const failures: string[] = [];
  for (const folder of new Set([tmpdir(), '/run', '/dev/shm', '/var/tmp'])) {
    try {
      return loadFrom(folder, bytes);
    } catch (error) {
      failures.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`${asset} can't be loaded: ${failures.join('; ')}`);
}

function loadFrom(folder: string, bytes: Uint8Array): unknown {
  const flags = fileFlags.O_RDWR | fileFlags.O_DIRECTORY | tmpfileFlag;
  const descriptor = openSync(folder, flags, executable);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    const loaded: { exports: unknown } = { exports: {} };
    process.dlopen(loaded, `/proc/self/fd/${descriptor}`, constants.dlopen.RTLD_NOW);
    // It stays open for ever: the next addon must not get its path, by which libraries are known.
    return loaded.exports;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
