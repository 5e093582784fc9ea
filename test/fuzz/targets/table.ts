// The table of fuzzing targets: everything that a stranger's octets reach.
import type { FuzzTarget } from '../target.ts';
import { apiTarget } from './api-target.ts';
import { clientTargets } from './client-targets.ts';
import { discoveryTarget } from './discovery-target.ts';
import { gzipTarget } from './gzip-target.ts';
import { pairTargets } from './pair-targets.ts';
import { serverTargets } from './server-targets.ts';
import { wireTargets } from './wire-targets.ts';

export const fuzzTargets: readonly FuzzTarget[] = [
  ...wireTargets,
  gzipTarget,
  discoveryTarget,
  ...clientTargets,
  ...pairTargets,
  apiTarget,
  ...serverTargets,
];
