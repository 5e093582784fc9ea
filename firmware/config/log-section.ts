// Configuration of the log.
import { z } from 'zod';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof logLevels)[number];

export const logSection = {
  'log.level': z.enum(logLevels).default('info').describe('The least level that is written.'),
};
