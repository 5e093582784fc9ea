// What strace saw, as operations on files in the order in which they ended.

export type DiskStep =
  | { readonly kind: 'create'; readonly path: string }
  | {
      readonly kind: 'write';
      readonly path: string;
      /** Undefined: at the end. */
      readonly atBytes: number | undefined;
      readonly bytes: Buffer;
    }
  | { readonly kind: 'truncate'; readonly path: string; readonly sizeBytes: number }
  | { readonly kind: 'sync'; readonly path: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'make-directory'; readonly path: string }
  /** What the process said of itself. */
  | { readonly kind: 'mark'; readonly text: string };

/** The calls that change files, for strace's -e trace=. */
export const tracedCalls = [
  'openat',
  'write',
  'pwrite64',
  'ftruncate',
  'fsync',
  'fdatasync',
  'rename',
  'unlink',
  'rmdir',
  'mkdir',
  'writev',
  'pwritev',
  'fallocate',
  'renameat2',
  'unlinkat',
] as const;

/** Calls that may come, but not on files of the folder: their form is not read here. */
const unread: ReadonlySet<string> = new Set([
  'writev',
  'pwritev',
  'fallocate',
  'renameat2',
  'unlinkat',
]);

/** `folder`: only what lies below it counts. Lines are those of strace -f -y -xx. */
export function readTrace(text: string, folder: string): readonly DiskStep[] {
  const begun = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(call)?.[1];
    if (unfinished !== undefined) {
      begun.set(thread, unfinished);
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call)?.[1];
    const whole = resumed === undefined ? call : `${begun.get(thread) ?? ''}${resumed}`;
    return stepOf(whole, folder) ?? [];
  });
}

function stepOf(call: string, folder: string): DiskStep | undefined {
  const [, name = '', words = '', result = '-1'] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(call) ?? [];
  if (Number(result) < 0) return undefined;
  const path = unhex(/^\d+<([^>]*)>/.exec(words)?.[1] ?? '');
  const named = [...words.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => hex);
  const first = unhex(named[0] ?? '');
  const isOurs = (each: string) => each.startsWith(`${folder}/`) || each === folder;
  if (name === 'write' && path === '/dev/null') return { kind: 'mark', text: first };
  if (unread.has(name) && (isOurs(path) || isOurs(first))) {
    throw new Error(`${name} on a file of the folder is not read`);
  }
  switch (name) {
    case 'openat':
      if (!isOurs(first) || !words.includes('O_CREAT')) return undefined;
      return { kind: 'create', path: first };
    case 'write':
    case 'pwrite64': {
      if (!isOurs(path)) return undefined;
      const bytes = bytesOf(named[0] ?? '').subarray(0, Number(result));
      const at = /, \d+, (\d+)$/.exec(words)?.[1];
      return { kind: 'write', path, bytes, atBytes: at === undefined ? undefined : Number(at) };
    }
    case 'ftruncate':
      if (!isOurs(path)) return undefined;
      return { kind: 'truncate', path, sizeBytes: Number(/, (\d+)$/.exec(words)?.[1]) };
    case 'fsync':
    case 'fdatasync':
      return isOurs(path) ? { kind: 'sync', path } : undefined;
    case 'rename':
      return isOurs(first) ? { kind: 'rename', from: first, to: unhex(named[1] ?? '') } : undefined;
    case 'unlink':
    case 'rmdir':
      return isOurs(first) ? { kind: 'remove', path: first } : undefined;
    case 'mkdir':
      return isOurs(first) ? { kind: 'make-directory', path: first } : undefined;
    default:
      return undefined;
  }
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}

function unhex(hex: string): string {
  return bytesOf(hex).toString('utf8');
}
