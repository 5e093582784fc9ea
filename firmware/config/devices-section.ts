// Configuration of what is plugged into the box.
import { z } from 'zod';

export const devicesSection = {
  'devices.addPlugged': z
    .boolean()
    .default(true)
    .describe('A printer that is plugged into the box gets a port and a printer by itself.'),
};
