// Queries of a group's log: its shape, what its machine remembers, connections that may linger.
import type { LogHistory } from '../contract.ts';
import { lingeringPorts } from '../lingering-rows.ts';
import { findLogEnd } from '../log-rows.ts';
import { integerOf, textOf } from '../statements.ts';
import { queryRow } from './row.ts';

export const logQueries = {
  'log.history': queryRow((sql, input: { readonly spooler: string }): LogHistory => {
    const end = findLogEnd(sql, input.spooler);
    const rows = sql.all(
      `SELECT generation, counter, node, min(seq) AS first_seq FROM records WHERE spooler = ?
       GROUP BY generation, counter, node ORDER BY first_seq`,
      input.spooler,
    );
    return {
      end: end === undefined ? undefined : { term: end.term, seq: end.seq },
      terms: rows.map((row) => ({
        term: {
          generation: integerOf(row, 'generation'),
          counter: integerOf(row, 'counter'),
          node: textOf(row, 'node'),
        },
        firstSeq: integerOf(row, 'first_seq'),
      })),
    };
  }),

  /** What ReplicaStore.remember was told last; undefined: nothing ever. */
  'log.memory': queryRow((sql, input: { readonly spooler: string }): string | undefined => {
    const row = sql.get('SELECT body FROM memories WHERE spooler = ?', input.spooler);
    return row === undefined ? undefined : textOf(row, 'body');
  }),

  /** Local ports by port name, the newest first. */
  'log.lingering-ports': queryRow((sql, input: { readonly spooler: string }) =>
    lingeringPorts(sql, input.spooler),
  ),
} as const;
