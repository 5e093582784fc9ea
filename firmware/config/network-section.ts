// Configuration of what the image does for the appliance: its network, and its first boot.
import { z } from 'zod';

export const networkSection = {
  'network.folder': z
    .string()
    .default('')
    .describe("The folder of the image's network helper; empty: the network is not ours."),
  'provision.folder': z
    .string()
    .default('')
    .describe('Where the image puts provision.toml of the boot partition; empty: nowhere.'),
};
