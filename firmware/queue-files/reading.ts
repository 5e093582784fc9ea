// Reads files, connections and the change number of a printer from the registry of its spooler, and
// remembers the files: whoever asks for a printer's attributes asks for them.
import type { Moment } from '../jobs/job.ts';
import type { Store } from '../store/contract.ts';
import { driverInstaller, type QueueFacts } from './contract.ts';
import {
  changedAtName,
  changeNumberName,
  type ConnectionEntry,
  connectionFromStored,
  connectionsPath,
  dataPath,
  type FileEntry,
  fileFromStored,
  filesPath,
  momentFromStored,
  printerRoot,
} from '../store/printer-data-rows.ts';

export interface QueueReading {
  facts(printerId: string): Promise<QueueFacts>;
  files(printerId: string): Promise<readonly FileEntry[]>;
  connections(printerId: string): Promise<readonly ConnectionEntry[]>;
  changes(printerId: string): Promise<{ readonly number: number; readonly at: Moment | undefined }>;
  /** Something of it was changed, or it is gone. */
  forget(printerId: string): void;
}

/** One owner changes it, and tells this by `forget`. */
export function createQueueReading(spooler: string, store: Pick<Store, 'query'>): QueueReading {
  const facts = new Map<string, Promise<QueueFacts>>();
  const values = (path: readonly string[]) => store.query('registry.values', { spooler, path });
  const changes = async (printerId: string) => {
    const found = new Map(
      (await values(printerRoot(printerId))).map(({ name, value }) => [name, value] as const),
    );
    const number = found.get(changeNumberName);
    const at = found.get(changedAtName);
    return {
      number: number?.type === 'dword' ? number.data : 0,
      at: at?.type === 'multi-string' ? momentFromStored(at.data) : undefined,
    };
  };
  const read = async (printerId: string): Promise<QueueFacts> => {
    const { key, name } = driverInstaller;
    const path = dataPath(printerId, [key]);
    const [files, { at }, installer] = await Promise.all([
      values(filesPath(printerId)),
      changes(printerId),
      store.query('registry.value', { spooler, path, name }),
    ]);
    return {
      files: files.flatMap(({ value }) => fileFromStored(value) ?? []),
      changedAt: at,
      driverInstaller: installer?.type === 'string' ? installer.data : undefined,
    };
  };
  const remembered = (printerId: string): Promise<QueueFacts> => {
    const known = facts.get(printerId);
    if (known !== undefined) return known;
    const reading = read(printerId);
    facts.set(printerId, reading);
    // What could not be read now is asked for again.
    reading.catch(() => facts.delete(printerId));
    return reading;
  };
  return {
    facts: remembered,
    files: async (printerId) => (await remembered(printerId)).files,
    connections: async (printerId) =>
      (await values(connectionsPath(printerId))).flatMap(
        ({ name, value }) => connectionFromStored(name, value) ?? [],
      ),
    changes,
    forget: (printerId) => void facts.delete(printerId),
  };
}
