// The plain copy-file module: files of any kind, paths as they are, nothing more.
import type { CopyFileModule } from './contract.ts';
import { unchangedPaths } from './unchanged-paths.ts';

export const plainModule: CopyFileModule = {
  name: 'plain',
  aliases: [''],
  generateCopyFilePaths: unchangedPaths,
  spoolerCopyFileEvent: async () => ({ lines: [] }),
};
