// Configuration of the node's own spooler; groups have theirs in their policies.
import { z } from 'zod';
import { printingLimits as limits } from '../limits/printing-limits.ts';

const seconds = (ms: number) => ms / 1000;

export const spoolerSection = {
  'spooler.resourceTimeoutSeconds': z
    .int()
    .min(seconds(limits.resourceTimeoutLeastMs))
    .max(seconds(limits.resourceTimeoutMostMs))
    .default(seconds(limits.resourceTimeoutMs))
    .describe('The longest that one call to a monitor may take before it is cut off.'),
};
