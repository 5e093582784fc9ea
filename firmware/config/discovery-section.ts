// Configuration of what is announced on the network (DNS-SD).
import { z } from 'zod';

export const discoverySection = {
  'discovery.announce': z
    .boolean()
    .default(true)
    .describe('Announce the appliance and its printers, so that clients find them by themselves.'),
  'discovery.name': z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/)
    .default('platen')
    .describe('The host name that is announced: NAME.local.'),
};
