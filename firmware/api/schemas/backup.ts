// The shapes of backup and restore.
import { z } from 'zod';
import { moment } from './job.ts';

export const passphraseInput = z.strictObject({ passphrase: z.string().max(1_024) });

export const restoreInput = passphraseInput.extend({
  /** Gives up the jobs that wait here. */
  discardJobs: z.boolean().default(false),
});

export const takenBackup = z.object({ sizeBytes: z.int() });

export const backupSummary = z.object({
  madeAt: moment,
  version: z.string(),
  nodeId: z.string(),
  hostName: z.string(),
  printers: z.array(z.string()).readonly(),
  groups: z.array(z.string()).readonly(),
  files: z.int(),
  waitingJobs: z.int(),
});

const declaredPort = z.object({
  name: z.string(),
  monitor: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
});

export const declaredGroups = z.object({
  groups: z
    .array(
      z.object({
        definition: z.object({
          name: z.string(),
          addresses: z.array(z.string()).readonly(),
          policy: z.record(z.string(), z.unknown()),
        }),
        ports: z.array(declaredPort).readonly(),
        printers: z
          .array(z.object({ name: z.string(), settings: z.record(z.string(), z.unknown()) }))
          .readonly(),
      }),
    )
    .readonly(),
});
