// All comparisons; a new one is a row in a file of rows/.

import type { BenchRow } from './row.ts';
import { memoryRows } from './rows/memory.ts';
import { smallRows } from './rows/small.ts';

export const benchRows: readonly BenchRow[] = [...smallRows, ...memoryRows];
