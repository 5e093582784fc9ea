// Where there is no place for files of queues: nothing is kept, and whoever tries is told.
import { refused } from '../errors/codes.ts';
import type { FileContents } from './contents.ts';

export const noContents: FileContents = {
  prepare: async () => undefined,
  receive: async () => refused('not-live', 'Files of queues are not kept here.'),
  open: async () => undefined,
  list: async () => [],
  sweep: async () => ({ removed: 0 }),
};
