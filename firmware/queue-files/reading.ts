// Reads files, connections and the change number of a printer from the registry of its spooler, and
// remembers the files: whoever asks for a printer's attributes asks for them.
import type { Moment } from '../jobs/job.ts';
import type { Store } from '../store/contract.ts';
import {
  changedAtName,
  changeNumberName,
  type ConnectionEntry,
  connectionFromStored,
  connectionsPath,
  type FileEntry,
  fileFromStored,
  filesPath,
  momentFromStored,
  printerRoot,
} from '../store/printer-data-rows.ts';

export interface QueueReading {
  files(printerId: string): Promise<readonly FileEntry[]>;
  connections(printerId: string): Promise<readonly ConnectionEntry[]>;
  changes(printerId: string): Promise<{ readonly number: number; readonly at: Moment | undefined }>;
  /** Something of it was changed, or it is gone. */
  forget(printerId: string): void;
}

/** One owner changes it, and tells this by `forget`. */
export function createQueueReading(spooler: string, store: Pick<Store, 'query'>): QueueReading {
  const files = new Map<string, Promise<readonly FileEntry[]>>();
  const values = (path: readonly string[]) => store.query('registry.values', { spooler, path });
  const readFiles = async (printerId: string) =>
    (await values(filesPath(printerId))).flatMap(({ value }) => fileFromStored(value) ?? []);
  return {
    files(printerId) {
      const known = files.get(printerId);
      if (known !== undefined) return known;
      const reading = readFiles(printerId);
      files.set(printerId, reading);
      // What could not be read now is asked for again.
      reading.catch(() => files.delete(printerId));
      return reading;
    },
    connections: async (printerId) =>
      (await values(connectionsPath(printerId))).flatMap(
        ({ name, value }) => connectionFromStored(name, value) ?? [],
      ),
    async changes(printerId) {
      const found = new Map(
        (await values(printerRoot(printerId))).map(({ name, value }) => [name, value] as const),
      );
      const number = found.get(changeNumberName);
      const at = found.get(changedAtName);
      return {
        number: number?.type === 'dword' ? number.data : 0,
        at: at?.type === 'multi-string' ? momentFromStored(at.data) : undefined,
      };
    },
    forget: (printerId) => void files.delete(printerId),
  };
}
