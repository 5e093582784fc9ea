// The scenarios of the bench, by name.
import type { Scenario } from './contract.ts';
import { hangingMonitor } from './hanging-monitor.ts';
import { keepalived } from './keepalived.ts';
import { load } from './load.ts';
import { loss } from './loss.ts';
import { partitions } from './partitions.ts';
import { sitePower } from './site-power.ts';
import { throughput } from './throughput.ts';
import { uploadCut } from './upload-cut.ts';

export const scenarios: readonly Scenario[] = [
  partitions,
  uploadCut,
  sitePower,
  hangingMonitor,
  loss,
  load,
  throughput,
  keepalived,
];
