// The scenarios of the bench, by name.
import type { Scenario } from './contract.ts';
import { hangingMonitor } from './hanging-monitor.ts';
import { partitions } from './partitions.ts';
import { sitePower } from './site-power.ts';
import { uploadCut } from './upload-cut.ts';

export const scenarios: readonly Scenario[] = [partitions, uploadCut, sitePower, hangingMonitor];
