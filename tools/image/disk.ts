// Puts the partitions into one file, as they lie on a card.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { blockBytes, type ImageTarget, layout, mibBytes, partitions } from './contract.ts';
import { run } from '../run.ts';

export interface DiskParts {
  readonly boot: string;
  readonly slotA: string;
  readonly data: string;
}

/** Where each partition begins, and how large it is, in MiB. */
export const places = place([layout.bootMib, layout.slotMib, layout.slotMib, layout.dataMib]);

function place(sizes: readonly number[]) {
  let startMib: number = layout.alignMib;
  return sizes.map((sizeMib) => {
    const at = { startMib, sizeMib };
    startMib += sizeMib;
    return at;
  });
}

export async function makeDisk(
  target: ImageTarget,
  parts: DiskParts,
  output: string,
): Promise<void> {
  const unfinished = `${output}.${process.pid}`;
  try {
    const last = places.at(-1);
    const endMib = (last?.startMib ?? 0) + (last?.sizeMib ?? 0) + layout.alignMib;
    await writeFile(unfinished, '');
    await truncate(unfinished, endMib * mibBytes);
    await partition(target, unfinished);
    const files = [parts.boot, parts.slotA, undefined, parts.data];
    for (const [at, file] of files.entries()) {
      if (file !== undefined)
        await copyTo(unfinished, file, (places[at]?.startMib ?? 0) * mibBytes);
    }
    await rename(unfinished, output);
  } finally {
    await rm(unfinished, { force: true });
  }
}

export async function makeDataPartition(output: string): Promise<void> {
  await rm(output, { force: true });
  await writeFile(output, '');
  await truncate(output, layout.dataMib * mibBytes);
  await run(
    'mkfs.ext4',
    ['-q', '-F', '-b', String(blockBytes), '-m', '0', '-L', 'platen-data', output],
    '/',
  );
}

const types = {
  gpt: ['U', 'L', 'L', 'L'],
  // 0c: FAT32 with LBA, which the boot code of a Pi looks for.
  dos: ['c', '83', '83', '83'],
} as const;

async function partition({ label }: ImageTarget, file: string): Promise<void> {
  const rows = places.map(({ startMib, sizeMib }, at) => {
    const name = label === 'gpt' ? `, name=platen-${partitions[at]}` : '';
    const boot = at === 0 ? (label === 'gpt' ? ', attrs=LegacyBIOSBootable' : ', bootable') : '';
    return `start=${startMib}MiB, size=${sizeMib}MiB, type=${types[label][at]}${name}${boot}`;
  });
  const id =
    label === 'gpt' ? 'label-id: 7c1ce0a5-1c0b-4f0e-9a3e-706c6174656e' : 'label-id: 0x706c746e';
  const child = spawn('sfdisk', ['-q', file], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.end(`label: ${label}\n${id}\n${rows.join('\n')}\n`);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`sfdisk failed with ${String(code)}: ${said}`);
}

/** What is zero stays a hole of the file. */
async function copyTo(disk: string, part: string, atByte: number): Promise<void> {
  const [from, to] = [await open(part), await open(disk, 'r+')];
  try {
    const chunk = Buffer.alloc(mibBytes);
    for (let offset = 0; ; ) {
      const { bytesRead } = await from.read(chunk, 0, chunk.length, offset);
      if (bytesRead === 0) return;
      const read = chunk.subarray(0, bytesRead);
      if (read.some((octet) => octet !== 0)) await to.write(read, 0, bytesRead, atByte + offset);
      offset += bytesRead;
    }
  } finally {
    await from.close();
    await to.close();
  }
}
