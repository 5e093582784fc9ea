// Where a printer's data, files and connections lie in the registry of its spooler, and how their
// values are written.
import type { Moment } from '../jobs/job.ts';
import type { StoredValue } from './records/payloads.ts';

/** All of it; goes when the printer goes. */
export function printerRoot(id: string): readonly string[] {
  return ['Printers', id];
}

export function dataPath(id: string, key: readonly string[]): readonly string[] {
  return [...printerRoot(id), 'Data', ...key];
}

export function filesPath(id: string): readonly string[] {
  return [...printerRoot(id), 'Files'];
}

export function connectionsPath(id: string): readonly string[] {
  return [...printerRoot(id), 'Connections'];
}

/** Values of the root: how often data and files were changed, and when last. */
export const changeNumberName = 'ChangeNumber';
export const changedAtName = 'ChangedAt';

/** The key under which a component's Directory, Files and Module stand. */
export const copyFilesKey = 'CopyFiles';

/** One file of a queue, as its record names it; its bytes are found by digest. */
export interface FileEntry {
  /** The subkey of CopyFiles that names it. */
  readonly component: string;
  /** Below the print share, parts joined by a backslash. */
  readonly directory: string;
  readonly name: string;
  readonly digest: string;
  readonly sizeBytes: number;
  /** Media type. */
  readonly type: string;
  /** What a person calls it: the name inside an ICC profile; the file's name otherwise. */
  readonly title: string;
  readonly at: Moment;
}

/** The name of a file's value: unique without regard to case in a printer. */
export function fileValueName(directory: string, name: string): string {
  return `${directory}\\${name}`;
}

/** Who is connected to a queue, from where, and since when. */
export interface ConnectionEntry {
  readonly id: string;
  readonly client: string;
  readonly user: string;
  readonly address: string;
  readonly at: Moment;
}

export function momentToStored({ ms, trusted }: Moment): readonly string[] {
  return [String(ms), trusted ? 'trusted' : 'untrusted'];
}

export function momentFromStored([ms, trusted]: readonly (string | undefined)[]): Moment {
  return { ms: Number(ms ?? 0), trusted: trusted === 'trusted' };
}

export function fileToStored(file: FileEntry): StoredValue {
  const { component, directory, name, digest, sizeBytes, type, title, at } = file;
  const plain = [component, directory, name, digest, String(sizeBytes), type, title];
  return { type: 'multi-string', data: [...plain, ...momentToStored(at)] };
}

/** Undefined where it is no file's value: only records of this version write there. */
export function fileFromStored(value: StoredValue): FileEntry | undefined {
  if (value.type !== 'multi-string') return undefined;
  const [component, directory, name, digest, sizeBytes, type, title, ...at] = value.data;
  if (component === undefined || directory === undefined || name === undefined) return undefined;
  if (digest === undefined || type === undefined || title === undefined) return undefined;
  const entry = { component, directory, name, digest, type, title };
  return { ...entry, sizeBytes: Number(sizeBytes), at: momentFromStored(at) };
}

export function connectionToStored(connection: ConnectionEntry): StoredValue {
  const { client, user, address, at } = connection;
  return { type: 'multi-string', data: [client, user, address, ...momentToStored(at)] };
}

export function connectionFromStored(id: string, value: StoredValue): ConnectionEntry | undefined {
  if (value.type !== 'multi-string') return undefined;
  const [client = '', user = '', address = '', ...at] = value.data;
  return { id, client, user, address, at: momentFromStored(at) };
}
