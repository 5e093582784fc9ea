// Loaded before Platen (`--import`): kills the process with SIGKILL right before one step in its
// data folder, or writes down the steps; so a kill comes exactly where a test wants it, on a real
// disk.
import { appendFileSync, existsSync } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { relative } from 'node:path';

const asked = new URL(import.meta.url).searchParams;
const folder = asked.get('folder') ?? '';
const recordTo = asked.get('record');
const killAt = asked.get('at');
const armedBy = asked.get('armedBy');
let left = Number(asked.get('count') ?? '1');

/** Parts of names that differ from run to run. */
const temporary = /\.[0-9a-f]{12}\.tmp$/;
const segment = /[0-9]{8}\.seg$/;
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

function step(what: string, path: unknown, to?: unknown): void {
  if (typeof path !== 'string' || !path.startsWith(`${folder}/`)) return;
  const names = [path, ...(typeof to === 'string' ? [to] : [])];
  const plain = names.map((name) =>
    relative(folder, name)
      .replace(temporary, '.tmp')
      .replace(segment, 'N.seg')
      .replace(uuid, 'UUID'),
  );
  const label = [what, ...plain].join(' ');
  if (recordTo !== null) appendFileSync(recordTo, `${label}\n`);
  if (label !== killAt || (armedBy !== null && !existsSync(armedBy))) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

const { open, rename, unlink, rmdir, mkdir } = fs;
const paths = new WeakMap<FileHandle, string>();

Object.assign(fs, {
  async open(path: string, flags?: string, mode?: number): Promise<FileHandle> {
    const writes = flags !== undefined && flags !== 'r';
    if (writes) step('create', path);
    const handle = await open(path, flags, mode);
    if (writes) paths.set(handle, path);
    return handle;
  },
  rename(from: string, to: string): Promise<void> {
    step('rename', from, to);
    return rename(from, to);
  },
  unlink(path: string): Promise<void> {
    step('remove', path);
    return unlink(path);
  },
  rmdir(path: string): Promise<void> {
    step('remove', path);
    return rmdir(path);
  },
  async mkdir(path: string, options?: { mode: number }): Promise<void> {
    step('make', path);
    await mkdir(path, options);
  },
});

// A file that has its name and not yet its content.
const some = await open('/dev/null', 'r');
const handles: object = Object.getPrototypeOf(some);
await some.close();
const write: unknown = Reflect.get(handles, 'write');
if (typeof write !== 'function') throw new Error('file handles do not write');
Reflect.set(handles, 'write', function writeInStep(this: FileHandle, ...given: unknown[]): unknown {
  step('write', paths.get(this));
  return Reflect.apply(write, this, given);
});

syncBuiltinESMExports();
