// The form of a migration's row: from the version before to this one, inside one transaction.

export interface MigrationRow {
  /** user_version afterwards; rows stand in order, from 1, without gaps. */
  readonly version: number;
  /** What it is for, in a few words; shown when it fails. */
  readonly title: string;
  readonly sql: string;
}
