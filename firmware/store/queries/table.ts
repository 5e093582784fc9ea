// The one table of queries, made of the files beside it; a feature adds a file of rows.
import type { Sql } from '../sql.ts';
import { documentQueries } from './document-queries.ts';
import { eventQueries } from './event-queries.ts';
import { fileQueries } from './file-queries.ts';
import { jobQueries } from './job-queries.ts';
import { logQueries } from './log-queries.ts';
import { printerQueries } from './printer-queries.ts';
import { registryQueries } from './registry-queries.ts';
import { retentionQueries } from './retention-queries.ts';
import { storeQueries } from './store-queries.ts';
import type { QueryRow } from './row.ts';

const rows = {
  ...printerQueries,
  ...jobQueries,
  ...documentQueries,
  ...registryQueries,
  ...fileQueries,
  ...eventQueries,
  ...storeQueries,
  ...logQueries,
  ...retentionQueries,
} as const;

export type QueryName = keyof typeof rows;

type Inputs = { [Name in QueryName]: Parameters<(typeof rows)[Name]['run']>[1] };
type Outputs = { [Name in QueryName]: ReturnType<(typeof rows)[Name]['run']> };

export type QueryInput<Name extends QueryName> = Inputs[Name];
export type QueryOutput<Name extends QueryName> = Outputs[Name];

const table: { readonly [Name in QueryName]: QueryRow<Inputs[Name], Outputs[Name]> } = rows;

export function isQueryName(name: string): name is QueryName {
  return Object.hasOwn(table, name);
}

export function runQuery<Name extends QueryName>(
  sql: Sql,
  name: Name,
  input: QueryInput<Name>,
): QueryOutput<Name> {
  return table[name].run(sql, input);
}
