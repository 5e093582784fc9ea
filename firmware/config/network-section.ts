// Configuration of what the image does for the appliance: its network, the box itself, and its
// first boot.
import { z } from 'zod';

export const networkSection = {
  'network.folder': z
    .string()
    .default('')
    .describe("The folder of the image's network helper; empty: the network is not ours."),
  'box.folder': z
    .string()
    .default('')
    .describe("The folder of the image's helper for the box itself; empty: it is not ours."),
  'box.resetFile': z
    .string()
    .default('')
    .describe('A file of the image that is there after a factory reset, until the next start.'),
  'provision.folder': z
    .string()
    .default('')
    .describe('Where the image puts provision.toml of the boot partition; empty: nowhere.'),
};
