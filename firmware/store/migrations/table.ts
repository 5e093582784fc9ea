// The table of schema migrations, oldest first; a change of the schema adds a row and touches none.
import type { MigrationRow } from './row.ts';
import { version1 } from './v1.ts';
import { version2 } from './v2.ts';
import { version3 } from './v3.ts';
import { version4 } from './v4.ts';
import { version5 } from './v5.ts';

export const migrations: readonly MigrationRow[] = [
  version1,
  version2,
  version3,
  version4,
  version5,
];
