// The keepsake: printers, registry and job numbers in a file beside the database, for the day on
// which the database is lost.
import { z } from 'zod';
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { storeLimits } from '../limits/store-limits.ts';
import type { Printer } from '../printers/printer.ts';
import type { CommitUnit } from './contract.ts';
import { foldName } from './fold.ts';
import { findLastJobNumber } from './log-rows.ts';
import { printerFromRow } from './printer-table.ts';
import { momentSchema, printerSchema, storedValueSchema } from './records/payloads.ts';
import type { Sql } from './sql.ts';
import { textOf } from './statements.ts';

export const keepsakeSchema = z.object({
  version: z.literal(1),
  /** It came with a backup that was made then: nothing was lost. */
  restored: z.object({ madeAt: momentSchema, eventIdsAbove: z.int().min(0) }).optional(),
  spoolers: z.array(
    z.object({
      spooler: z.string(),
      /** No job has a number from here on yet. */
      jobNumbersBelow: z.int(),
      keys: z.array(z.array(z.string())),
      values: z.array(
        z.object({ path: z.array(z.string()), name: z.string(), value: storedValueSchema }),
      ),
    }),
  ),
  printers: z.array(printerSchema),
});

export type Keepsake = z.output<typeof keepsakeSchema>;

/** Written after the commits that change what it holds, one write at a time. */
export class KeepsakeWriter {
  readonly #options: { readonly files: Files; readonly path: string; readonly sql: Sql };
  readonly #numbersBelow = new Map<string, number>();
  #work: Promise<void> | undefined;
  #due = false;

  constructor(options: { readonly files: Files; readonly path: string; readonly sql: Sql }) {
    this.#options = options;
  }

  /** After units were committed. */
  committed(units: readonly CommitUnit[]): void {
    const isDue = units.some(({ spooler, changes }) =>
      changes.some(
        ({ type }) =>
          /^(printer|registry|log)\./.test(type) ||
          (type === 'job.created' && this.#lacksNumbers(spooler)),
      ),
    );
    if (isDue) this.write();
  }

  write(): void {
    this.#due = true;
    this.#work ??= this.#run();
  }

  async idle(): Promise<void> {
    await this.#work;
  }

  #lacksNumbers(spooler: string): boolean {
    const below = this.#numbersBelow.get(spooler) ?? 0;
    const reachedSoon =
      findLastJobNumber(this.#options.sql, spooler) + storeLimits.keepsakeNumbers / 2;
    return below <= reachedSoon;
  }

  async #run(): Promise<void> {
    const { files, path, sql } = this.#options;
    while (this.#due) {
      this.#due = false;
      try {
        const keepsake = readKeepsake(sql);
        await files.replaceFile(path, Buffer.from(JSON.stringify(keepsake)));
        for (const { spooler, jobNumbersBelow } of keepsake.spoolers) {
          this.#numbersBelow.set(spooler, jobNumbersBelow);
        }
      } catch (error) {
        // The database has all of it; the next change tries again.
        if (!isHalError(error)) throw error;
      }
    }
    this.#work = undefined;
  }
}

/** Undefined where there is none that can be read. */
export async function loadKeepsake(files: Files, path: string): Promise<Keepsake | undefined> {
  try {
    const bytes = await files.readFile(path, storeLimits.keepsakeBytes);
    const parsed = keepsakeSchema.safeParse(JSON.parse(Buffer.from(bytes).toString()));
    return parsed.data;
  } catch (error) {
    if (isHalError(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function readKeepsake(sql: Sql): Keepsake {
  const spoolers = sql.all('SELECT spooler FROM logs ORDER BY spooler').map((row) => {
    const spooler = textOf(row, 'spooler');
    const last = findLastJobNumber(sql, spooler);
    return {
      spooler,
      jobNumbersBelow: last + storeLimits.keepsakeNumbers,
      ...registry(sql, spooler),
    };
  });
  const printers: readonly Printer[] = sql
    .all('SELECT body FROM printers ORDER BY spooler, folded_name')
    .map(printerFromRow);
  return { version: 1, spoolers, printers: [...printers] };
}

function registry(
  sql: Sql,
  spooler: string,
): Pick<Keepsake['spoolers'][number], 'keys' | 'values'> {
  const rows = sql.all(
    'SELECT path_key, parent_key, name FROM registry_keys WHERE spooler = ? ORDER BY path_key',
    spooler,
  );
  const pathOf = new Map<string, string[]>([['', []]]);
  for (const row of rows) {
    const parent = pathOf.get(textOf(row, 'parent_key')) ?? [];
    pathOf.set(textOf(row, 'path_key'), [...parent, textOf(row, 'name')]);
  }
  const values = sql
    .all(
      'SELECT path_key, name, body FROM registry_values WHERE spooler = ? ORDER BY path_key',
      spooler,
    )
    .map((row) => ({
      path: pathOf.get(textOf(row, 'path_key')) ?? [],
      name: textOf(row, 'name'),
      value: storedValueSchema.parse(JSON.parse(textOf(row, 'body'))),
    }));
  const keys = rows.map((row) => pathOf.get(textOf(row, 'path_key')) ?? []);
  return {
    keys,
    values: values.toSorted((a, b) => (foldName(a.name) < foldName(b.name) ? -1 : 1)),
  };
}
