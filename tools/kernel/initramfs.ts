// Writes an initramfs: a cpio archive of the kind "newc" of the kernel's early user space.
import { open, readFile } from 'node:fs/promises';

export type Entry =
  | { readonly path: string; readonly kind: 'directory' }
  | { readonly path: string; readonly kind: 'link'; readonly target: string }
  | { readonly path: string; readonly kind: 'file'; readonly from: string; readonly mode: number }
  | { readonly path: string; readonly kind: 'text'; readonly text: string; readonly mode: number };

const kinds = { directory: 0o040755, link: 0o120777, file: 0o100000, text: 0o100000 } as const;
const alignment = 4;

export async function writeInitramfs(path: string, entries: readonly Entry[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    let number = 1;
    for (const entry of withParents(entries)) {
      await file.write(record(entry.path, modeOf(entry), number, await contentOf(entry)));
      number += 1;
    }
    await file.write(record('TRAILER!!!', 0, 0, Buffer.alloc(0)));
  } finally {
    await file.close();
  }
}

/** Folders come before what is in them, each once. */
function withParents(entries: readonly Entry[]): readonly Entry[] {
  const all = new Map<string, Entry>();
  for (const entry of entries) {
    const parts = entry.path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const path = parts.slice(0, depth).join('/');
      if (!all.has(path)) all.set(path, { path, kind: 'directory' });
    }
    all.set(entry.path, entry);
  }
  return [...all.values()];
}

function modeOf(entry: Entry): number {
  return kinds[entry.kind] | ('mode' in entry ? entry.mode : 0);
}

async function contentOf(entry: Entry): Promise<Buffer> {
  switch (entry.kind) {
    case 'directory':
      return Buffer.alloc(0);
    case 'link':
      return Buffer.from(entry.target);
    case 'file':
      return readFile(entry.from);
    case 'text':
      return Buffer.from(entry.text);
  }
}

function record(name: string, mode: number, number: number, content: Buffer): Buffer {
  const named = Buffer.from(`${name}\0`);
  const fields = [number, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, named.length, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(head), named])), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  const rest = (alignment - (bytes.length % alignment)) % alignment;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}
