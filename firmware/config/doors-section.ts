// Configuration of the doors that know no log-in: each has an off switch and a list of networks.
import { z } from 'zod';
import { parseNetwork } from '../../hal/networks.ts';

const networks = z
  .array(
    z.string().refine((text) => parseNetwork(text) !== undefined, {
      error: 'must be a network such as 10.1.0.0/16 or fd00::/8, or an address',
    }),
  )
  .max(100)
  .default([]);

export const doorsSection = {
  'raw.enabled': z.boolean().default(true).describe('Raw printing (9100 and up); false: none.'),
  'raw.networks': networks.describe('Networks that may print raw; empty: every one.'),
  'lpd.enabled': z.boolean().default(true).describe('The LPD server; false: none.'),
  'lpd.networks': networks.describe('Networks that may use LPD; empty: every one.'),
};
