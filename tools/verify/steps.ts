// The steps of `npm run verify`, in the order in which they run.

import { availableParallelism } from 'node:os';

import type { Limit } from './run-shown.ts';

export interface Step {
  readonly name: string;
  readonly what: string;
  /** True when the step runs programs of Debian packages. */
  readonly needsPackages: boolean;
  /** For one that could hang as a whole. */
  readonly limit?: Limit;
  /** The command; `patterns` are the test files that the user named. */
  readonly command: (patterns: readonly string[]) => readonly [string, ...string[]];
}

const ALL_TESTS = 'test/**/*.test.ts';
const LEAST_CONCURRENCY = 2;
/** For one that hangs: the longest takes a minute on a machine with nothing else to do. */
const TEST_TIMEOUT_MS = 420_000;
/**
 * A file whose tests have ended may still not end, held by a process that it left: the runner's own
 * time-out does not see that. All tests take 8 to 15 minutes.
 */
const TESTS_LIMIT: Limit = { ms: 1_800_000, graceMs: 30_000 };

export const steps: readonly Step[] = [
  {
    name: 'types',
    what: 'the type checker',
    needsPackages: false,
    command: () => ['tsc'],
  },
  {
    name: 'page-types',
    what: 'the type checker over the page',
    needsPackages: false,
    command: () => ['tsc', '-p', 'web'],
  },
  {
    name: 'page',
    what: 'the page, built within its size',
    needsPackages: false,
    command: () => [process.execPath, 'tools/page/page.ts'],
  },
  {
    name: 'lint',
    what: 'the linter, with types',
    needsPackages: false,
    command: () => ['oxlint', '--type-aware', '--deny-warnings', '.'],
  },
  {
    name: 'format',
    what: 'the formatter, checking only',
    needsPackages: false,
    command: () => ['biome', 'format', '.'],
  },
  {
    // Alone, for what else runs would be measured with it.
    name: 'ports',
    what: 'eight ports at 100 MiB/s, and how long they hold the event loop',
    needsPackages: false,
    command: () => [
      process.execPath,
      'tools/bench/bench.ts',
      'ports',
      '--rounds=3',
      '--warm-ups=1',
    ],
  },
  {
    // Alone too: beside tests neither phase would be what it is called.
    name: 'heartbeats',
    what: 'heartbeats between two processes, idle and loaded, and whether a lease lapses',
    needsPackages: false,
    command: () => [process.execPath, 'tools/heartbeat-bench/bench.ts', '--seconds=5'],
  },
  {
    // Last, so that the test runner's own closing line ends the output.
    name: 'tests',
    what: 'unit and integration tests, house rules among them',
    needsPackages: true,
    limit: TESTS_LIMIT,
    command: (patterns) => [
      process.execPath,
      '--test',
      '--test-reporter=spec',
      `--test-concurrency=${Math.max(LEAST_CONCURRENCY, availableParallelism())}`,
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      ...(patterns.length === 0 ? [ALL_TESTS] : patterns),
    ],
  },
];
