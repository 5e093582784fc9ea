// Which attempts have sent their first byte: one small file a port, written and not synced, because
// the kernel keeps it when the process dies and a new boot forgets it.
import { createHash } from 'node:crypto';
import type { Files, OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { Job } from '../jobs/job.ts';
import { spoolFileLimits } from '../limits/spool-file-limits.ts';

/**
 * A start is committed before the first byte leaves; what happened between the two no commit can
 * tell. After a kill these notes do: an attempt without one has sent nothing, so that its job
 * starts again without a mark. After a power cut they count for nothing.
 */
export interface FirstBytes {
  /** Resolves once the kernel has the note; the first byte may leave after that. */
  note(portName: string, job: Pick<Job, 'id' | 'attempts'>): Promise<void>;
  /** False only where it is certain that this attempt sent nothing. */
  mayHaveSent(job: Pick<Job, 'id' | 'attempts'>): Promise<boolean>;
  /** The notes of the process before count no more. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

export interface FirstBytesOptions {
  readonly files: Files;
  readonly directory: string;
  /** Differs after each boot of the machine; undefined: unknown, and nothing is certain. */
  readonly bootId: string | undefined;
}

const cleanStart = 'begin';

export function createFirstBytes(options: FirstBytesOptions): FirstBytes {
  const { files, directory, bootId } = options;
  const open = new Map<string, Promise<OpenFile>>();
  let before: Promise<readonly string[]> | undefined;

  const fileOf = (portName: string): Promise<OpenFile> => {
    const name = createHash('sha256').update(portName).digest('hex').slice(0, 32);
    const known = open.get(name);
    if (known !== undefined) return known;
    const opened = openOrCreate(files, `${directory}/${name}`);
    open.set(name, opened);
    // A port whose file could not be opened tries again with its next job.
    opened.catch(() => open.delete(name));
    return opened;
  };

  const write = async (file: OpenFile, what: string) => {
    const line = `${bootId ?? '-'} ${what}\n`.padEnd(spoolFileLimits.noteBytes);
    await file.write(Buffer.from(line), 0);
  };

  const linesBefore = (): Promise<readonly string[]> => {
    before ??= readLines(files, directory);
    return before;
  };

  return {
    note: async (portName, job) => await write(await fileOf(portName), keyOf(job)),
    async mayHaveSent(job) {
      if (bootId === undefined) return true;
      const lines = await linesBefore();
      // Without the note of that start nobody knows whether others are missing too.
      if (!lines.includes(`${bootId} ${cleanStart}`)) return true;
      return lines.includes(`${bootId} ${keyOf(job)}`);
    },
    async begin() {
      await files.makeDirectory(directory);
      await linesBefore();
      await write(await fileOf(''), cleanStart);
    },
    async close() {
      const all = await Promise.allSettled(open.values());
      open.clear();
      for (const file of all) if (file.status === 'fulfilled') await file.value.close();
    },
  };
}

/** `attempts` as the start record made it. */
function keyOf({ id, attempts }: Pick<Job, 'id' | 'attempts'>): string {
  return `${id} ${attempts}`;
}

async function openOrCreate(files: Files, path: string): Promise<OpenFile> {
  try {
    return await files.open(path, 'read-write');
  } catch (error) {
    if (!isHalError(error, 'not-found')) throw error;
    return await files.open(path, 'create');
  }
}

async function readLines(files: Files, directory: string): Promise<readonly string[]> {
  try {
    const entries = await files.list(directory);
    const texts = entries.map(async ({ name }) => {
      const bytes = await files.readFile(`${directory}/${name}`, spoolFileLimits.noteBytes);
      return Buffer.from(bytes).toString('latin1').trim();
    });
    return await Promise.all(texts);
  } catch (error) {
    if (isHalError(error)) return [];
    throw error;
  }
}
