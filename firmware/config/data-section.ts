// Configuration of the data folder: where everything lives that outlasts a restart.
import { z } from 'zod';

export const dataSection = {
  'data.folder': z
    .string()
    .min(1)
    .default('/var/lib/platen')
    .describe('Folder for the registry, the spool and the keys; --data is short for it.'),
  'data.problemFile': z
    .string()
    .default('')
    .describe('A file of the image that says what is wrong with the data partition.'),
};
