// How the memory of an appliance grows with the size of a job: it should not.

import { platenFromSources } from '../../up/processes.ts';
import { peakMemoryOfJob } from '../peak-memory.ts';
import type { BenchRow, Peer } from '../row.ts';

const MEBIBYTE = 1024 * 1024;

function jobOf(name: string, sizeBytes: number): Peer {
  return {
    name,
    prepare: async ({ folder }) => ({
      round: async () => (await peakMemoryOfJob(platenFromSources, folder, sizeBytes)) / MEBIBYTE,
      stop: async () => undefined,
    }),
  };
}

export const memoryRows: readonly BenchRow[] = [
  {
    name: 'rss/raw',
    what: 'the most resident memory of an appliance during one raw job',
    unit: 'MiB',
    peers: [jobOf('1 MiB', MEBIBYTE), jobOf('1 GiB', 1024 * MEBIBYTE)],
  },
];
