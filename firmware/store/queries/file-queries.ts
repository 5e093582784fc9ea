// Queries of queue-specific files over all spoolers of this node.
import { fileFromStored } from '../printer-data-rows.ts';
import { storedValueSchema } from '../records/payloads.ts';
import { textOf } from '../statements.ts';
import { pathSeparator, subTreeBounds } from '../registry-rows.ts';
import { queryRow } from './row.ts';

export const fileQueries = {
  /** Digests that a record of some printer names, with the size of their content. */
  'files.in-use': queryRow(
    (
      sql,
      { spooler }: { readonly spooler?: string | undefined },
    ): readonly { readonly digest: string; readonly sizeBytes: number }[] => {
      const { from, before } = subTreeBounds('printers');
      const found = new Map<string, number>();
      const rows = sql.all(
        `SELECT path_key, body FROM registry_values
         WHERE path_key >= ? AND path_key < ? AND (? IS NULL OR spooler = ?)`,
        from,
        before,
        spooler ?? null,
        spooler ?? null,
      );
      for (const row of rows) {
        const [, , place, ...deeper] = textOf(row, 'path_key').split(pathSeparator);
        if (place !== 'files' || deeper.length > 0) continue;
        const file = fileFromStored(storedValueSchema.parse(JSON.parse(textOf(row, 'body'))));
        if (file !== undefined) found.set(file.digest, file.sizeBytes);
      }
      return [...found].map(([digest, sizeBytes]) => ({ digest, sizeBytes }));
    },
  ),
} as const;
