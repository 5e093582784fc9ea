// Printers without data and files, for tests of what does not concern them.
import { refused } from '../../firmware/errors/codes.ts';
import type { PrinterData } from '../../firmware/printer-data/contract.ts';
import type { QueueFiles } from '../../firmware/queue-files/contract.ts';

const noKey = refused('data-not-found', 'This printer has no data.');
const noFile = refused('file-not-found', 'This printer has no files.');

export const noPrinterData: PrinterData = {
  enumKey: async () => noKey,
  enumDataEx: async () => noKey,
  getDataEx: async () => noKey,
  setDataEx: async () => noKey,
  deleteDataEx: async () => noKey,
  deleteKey: async () => noKey,
  changes: async () => ({ number: 0, at: undefined }),
};

export const noQueueFiles: QueueFiles = {
  list: async () => [],
  facts: async () => ({ files: [], changedAt: undefined, driverInstaller: undefined }),
  put: async () => noFile,
  remove: async () => noFile,
  open: async () => noFile,
  manifest: async () => noFile,
  connections: async () => [],
  connect: async () => noFile,
  disconnect: async () => noFile,
};
