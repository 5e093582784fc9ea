// The shapes of what the box itself is asked.
import { z } from 'zod';
import { boxSteps } from '../../box/contract.ts';

/** It can't be taken back: a slip of the hand must not do it. */
export const factoryReset = z.strictObject({ forgetEverything: z.literal(true) });

export const boxAnswer = z.object({ taken: z.enum(boxSteps) });
