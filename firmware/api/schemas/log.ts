// The shape of a line of the log.
import { z } from 'zod';
import { logLevels } from '../../config/log-section.ts';

export const logLine = z.object({
  id: z.int(),
  time: z.string(),
  level: z.enum(logLevels),
  room: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()).readonly(),
});

export const leastLevel = z.enum(logLevels).default('info');
