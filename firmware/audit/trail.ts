// Keeps the audit trail: the newest in memory, all of it in a few files of bounded size, a JSON
// line each.
import { z } from 'zod';
import type { Clock, Files, OpenFile } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { auditLimits } from '../limits/audit-limits.ts';
import type { Log } from '../log/log.ts';
import type { AuditEntry, AuditTrail } from './contract.ts';

export interface AuditTrailOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  /** `audit` becomes audit.jsonl, audit.1.jsonl … */
  readonly path: string;
}

const entrySchema = z.object({
  id: z.int().min(1),
  at: z.object({ ms: z.number(), trusted: z.boolean() }),
  who: z.string(),
  address: z.string(),
  what: z.string(),
  outcome: z.string(),
  asked: z.unknown().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

/** Reads what is there; a last line that a power cut broke off is left out. */
export async function openAuditTrail(options: AuditTrailOptions): Promise<AuditTrail> {
  const { files, clock, log } = options;
  const current = `${options.path}.jsonl`;
  const older = (age: number): string => `${options.path}.${age}.jsonl`;
  const entries = [...(await readEntries(files, older(1))), ...(await readEntries(files, current))];
  entries.splice(0, Math.max(0, entries.length - auditLimits.entries));
  let nextId = (entries.at(-1)?.id ?? 0) + 1;
  let waiting: AuditEntry[] = [];
  let work: Promise<void> | undefined;
  /** A power cut may have left half a line: the first of each life begins one of its own. */
  let isFirst = true;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        await append(files, current, taken, isFirst);
        isFirst = false;
        await rotate(files, current, older);
      } catch (error) {
        if (!isHalError(error)) throw error;
        log.error('the audit trail can not be written', { error, entries: taken.length });
      }
    }
    work = undefined;
  };

  return {
    add(draft) {
      const entry: AuditEntry = { id: nextId, at: clock.wall(), ...draft };
      nextId += 1;
      const bounded = isShort(entry) ? entry : withoutValues(entry);
      entries.push(bounded);
      if (entries.length > auditLimits.entries) entries.shift();
      waiting.push(bounded);
      work ??= write();
    },
    list({ before = Number.POSITIVE_INFINITY, limit }) {
      return entries
        .filter(({ id }) => id < before)
        .toReversed()
        .slice(0, limit);
    },
    async close() {
      await work;
    },
  };
}

function isShort(entry: AuditEntry): boolean {
  return Buffer.byteLength(JSON.stringify(entry)) <= auditLimits.entryBytes;
}

function withoutValues({ id, at, who, address, what, outcome }: AuditEntry): AuditEntry {
  return { id, at, who, address, what: what.slice(0, auditLimits.entryBytes / 2), outcome };
}

async function append(
  files: Files,
  path: string,
  entries: readonly AuditEntry[],
  isFirst: boolean,
): Promise<void> {
  const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const text = isFirst ? `\n${lines}` : lines;
  const file = await openToAppend(files, path);
  try {
    await file.write(Buffer.from(text), await file.sizeBytes());
    await file.sync();
  } finally {
    await file.close();
  }
}

async function openToAppend(files: Files, path: string): Promise<OpenFile> {
  try {
    return await files.open(path, 'read-write');
  } catch (error) {
    if (!isHalError(error, 'not-found')) throw error;
    return await files.open(path, 'create');
  }
}

async function rotate(
  files: Files,
  current: string,
  older: (age: number) => string,
): Promise<void> {
  const file = await files.open(current, 'read');
  const bytes = await file.sizeBytes();
  await file.close();
  if (bytes < auditLimits.fileBytes) return;
  for (let age: number = auditLimits.olderFiles; age > 0; age -= 1) {
    await renameIfThere(files, age === 1 ? current : older(age - 1), older(age));
  }
}

async function renameIfThere(files: Files, from: string, to: string): Promise<void> {
  try {
    await files.rename(from, to);
  } catch (error) {
    if (!isHalError(error, 'not-found')) throw error;
  }
}

async function readEntries(files: Files, path: string): Promise<AuditEntry[]> {
  try {
    const bytes = await files.readFile(path, 2 * auditLimits.fileBytes);
    return Buffer.from(bytes).toString('utf8').split('\n').flatMap(readEntry);
  } catch (error) {
    if (isHalError(error)) return [];
    throw error;
  }
}

function readEntry(line: string): AuditEntry[] {
  try {
    const { data } = entrySchema.safeParse(JSON.parse(line));
    return data === undefined ? [] : [data];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
