// Configuration of what Platen listens on; 0 takes a free port, which suits tests and
// demonstrations.
import { z } from 'zod';

const port = z.int().min(0).max(65_535);

export const listenSection = {
  'listen.address': z
    .union([z.literal('*'), z.ipv4(), z.ipv6()])
    .default('*')
    .describe('Address that clients reach; * is every address of the appliance.'),
  'listen.http': port.default(8631).describe('TCP port of IPP.'),
  'listen.https': port.default(8643).describe('TCP port of HTTPS: IPPS and the API.'),
  'listen.lpd': port.default(8515).describe('TCP port of LPD.'),
  'listen.mqtt': port
    .default(8883)
    .describe('TCP and UDP port of the heartbeats of the other appliance of a pair.'),
  'listen.pair': port
    .default(8884)
    .describe('TCP port of pairing, and of what the two appliances of a pair exchange.'),
  'listen.snmp': port.default(8161).describe('UDP port of SNMP.'),
  'listen.raw': port
    .default(9100)
    .describe('First TCP port of raw printing; each printer is given one port, once.'),
};
