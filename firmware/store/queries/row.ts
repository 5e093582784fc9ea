// The form of a query's row: reads the tables inside one call, changes nothing.
import type { Sql } from '../sql.ts';

export interface QueryRow<Input, Output> {
  readonly run: (sql: Sql, input: Input) => Output;
}

/** Gives a row its types; adds nothing. */
export function queryRow<Input, Output>(
  run: (sql: Sql, input: Input) => Output,
): QueryRow<Input, Output> {
  return { run };
}
