// All comparisons; a new one is a row in a file of rows/.

import type { BenchRow } from './row.ts';
import { acceptRows } from './rows/accept.ts';
import { bulkRows } from './rows/bulk.ts';
import { filesRows } from './rows/files.ts';
import { latencyRows } from './rows/latency.ts';
import { memoryRows } from './rows/memory.ts';
import { pageRows } from './rows/page.ts';
import { portRows } from './rows/ports.ts';
import { smallRows } from './rows/small.ts';

export const benchRows: readonly BenchRow[] = [
  ...smallRows,
  ...acceptRows,
  ...bulkRows,
  ...latencyRows,
  ...memoryRows,
  ...portRows,
  ...pageRows,
  ...filesRows,
];
