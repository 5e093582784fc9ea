// Configuration of the data folder, where everything lives that outlasts a restart, and of the boot
// partition, which other computers can read.
import { z } from 'zod';

export const dataSection = {
  'data.folder': z
    .string()
    .min(1)
    .default('/var/lib/platen')
    .describe('Folder for the registry, the spool and the keys; --data is short for it.'),
  'boot.folder': z
    .string()
    .max(1_024)
    .default('')
    .describe('Boot partition for set-up code and reset-administrator; empty: none.'),
  'data.problemFile': z
    .string()
    .default('')
    .describe('A file of the image that says what is wrong with the data partition.'),
};
