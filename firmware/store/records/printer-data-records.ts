// Records of a printer's data, its queue-specific files and those who are connected to it: kept in
// the registry of its spooler, below the printer, and gone with it.
import { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import type { EventDraft } from '../../events/event.ts';
import type { Moment } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import { foldName } from '../fold.ts';
import {
  changedAtName,
  changeNumberName,
  connectionsPath,
  connectionToStored,
  copyFilesKey,
  dataPath,
  type FileEntry,
  filesPath,
  fileFromStored,
  fileToStored,
  fileValueName,
  momentToStored,
  printerRoot,
} from '../printer-data-rows.ts';
import { findPrinter } from '../printer-rows.ts';
import { pathKey } from '../registry-rows.ts';
import { textOf } from '../statements.ts';
import {
  idSchema,
  momentSchema,
  registryPathSchema,
  type StoredValue,
  storedValueSchema,
} from './payloads.ts';
import { createKey, deleteKey, deleteValue, setValues } from './registry-records.ts';
import { type ApplyContext, recordRow } from './row.ts';

const dataChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('set'),
    key: registryPathSchema,
    name: z.string(),
    value: storedValueSchema,
  }),
  z.object({ kind: z.literal('delete-value'), key: registryPathSchema, name: z.string() }),
  z.object({ kind: z.literal('delete-key'), key: registryPathSchema }),
]);

const dataPayload = z.object({
  id: idSchema,
  at: momentSchema,
  changes: z.array(dataChange).readonly(),
});
const filePayload = z.object({
  id: idSchema,
  /** The copy-file module of its component. */
  module: z.string(),
  file: z.object({
    component: z.string().min(1),
    directory: z.string().min(1),
    name: z.string().min(1),
    digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    sizeBytes: z.int().min(0),
    type: z.string(),
    title: z.string(),
    at: momentSchema,
  }),
});
const removedPayload = z.object({
  id: idSchema,
  directory: z.string(),
  name: z.string(),
  at: momentSchema,
});
const connectedPayload = z.object({
  id: idSchema,
  connection: z.object({
    id: idSchema,
    client: z.string(),
    user: z.string(),
    address: z.string(),
    at: momentSchema,
  }),
});
const disconnectedPayload = z.object({ id: idSchema, connection: idSchema, at: momentSchema });

export const printerDataRecords = [
  recordRow({ type: 'printer.data-changed', payload: dataPayload, apply: changeData }),
  recordRow({ type: 'printer.file-put', payload: filePayload, apply: putFile }),
  recordRow({ type: 'printer.file-removed', payload: removedPayload, apply: removeFile }),
  recordRow({ type: 'printer.connected', payload: connectedPayload, apply: connect }),
  recordRow({ type: 'printer.disconnected', payload: disconnectedPayload, apply: disconnect }),
] as const;

/** Of a printer that is deleted. */
export function forgetPrinterData(context: ApplyContext, id: string): void {
  // Refused where there was never any.
  deleteKey(context, { path: printerRoot(id) });
}

function changeData(
  context: ApplyContext,
  { id, at, changes }: z.output<typeof dataPayload>,
): Refusal | undefined {
  const printer = findPrinter(context.sql, context.spooler, id);
  if (printer === undefined) return unknownPrinter(id);
  for (const change of changes) {
    const refusal = changeOne(context, id, change);
    if (refusal !== undefined) return refusal;
  }
  countChange(context, id, at);
  tell(context, printer, 'queue-data-changed', at, {
    keys: [...new Set(changes.map(({ key }) => key.join('\\')))],
    printerEvents: ['CONFIGURATION_CHANGE'],
  });
  return undefined;
}

function changeOne(
  context: ApplyContext,
  id: string,
  change: z.output<typeof dataChange>,
): Refusal | undefined {
  const path = dataPath(id, change.key);
  if (change.kind === 'set') return setValue(context, path, change.name, change.value);
  return change.kind === 'delete-key'
    ? deleteKey(context, { path })
    : deleteValue(context, { path, name: change.name });
}

/** The file stands in its component's Files; one of the same place in another leaves that one. */
function putFile(
  context: ApplyContext,
  { id, module, file }: z.output<typeof filePayload>,
): Refusal | undefined {
  const printer = findPrinter(context.sql, context.spooler, id);
  if (printer === undefined) return unknownPrinter(id);
  const key = dataPath(id, [copyFilesKey, file.component]);
  const before = fileAt(context, id, file);
  if (before !== undefined) unlist(context, id, before);
  const listed = filesOf(context, key).filter((name) => foldName(name) !== foldName(file.name));
  setValue(context, key, 'Directory', { type: 'string', data: file.directory });
  setValue(context, key, 'Files', { type: 'multi-string', data: [...listed, file.name] });
  setValue(context, key, 'Module', { type: 'string', data: module });
  if (before !== undefined) dropFile(context, id, before);
  setValue(context, filesPath(id), fileValueName(file.directory, file.name), fileToStored(file));
  countChange(context, id, file.at);
  tellFiles(context, printer, file.at, file);
  return undefined;
}

function removeFile(
  context: ApplyContext,
  { id, directory, name, at }: z.output<typeof removedPayload>,
): Refusal | undefined {
  const printer = findPrinter(context.sql, context.spooler, id);
  if (printer === undefined) return unknownPrinter(id);
  const before = fileAt(context, id, { directory, name });
  if (before === undefined) {
    return refused('file-not-found', `${printer.name} has no file ${directory}\\${name}`);
  }
  unlist(context, id, before);
  dropFile(context, id, before);
  countChange(context, id, at);
  tellFiles(context, printer, at, before);
  return undefined;
}

/** A component without files is gone. */
function unlist(context: ApplyContext, id: string, { component, name }: FileEntry): void {
  const key = dataPath(id, [copyFilesKey, component]);
  const left = filesOf(context, key).filter((each) => foldName(each) !== foldName(name));
  if (left.length === 0) deleteKey(context, { path: key });
  else setValue(context, key, 'Files', { type: 'multi-string', data: left });
}

function dropFile(context: ApplyContext, id: string, { directory, name }: FileEntry): void {
  deleteValue(context, { path: filesPath(id), name: fileValueName(directory, name) });
}

function connect(
  context: ApplyContext,
  { id, connection }: z.output<typeof connectedPayload>,
): Refusal | undefined {
  const printer = findPrinter(context.sql, context.spooler, id);
  if (printer === undefined) return unknownPrinter(id);
  const path = connectionsPath(id);
  const isNew = readValue(context, path, connection.id) === undefined;
  setValue(context, path, connection.id, connectionToStored(connection));
  const { client, user } = connection;
  if (!isNew) return undefined;
  tell(context, printer, 'queue-connected', connection.at, {
    client,
    user,
    printerEvents: ['ADD_CONNECTION'],
  });
  return undefined;
}

function disconnect(
  context: ApplyContext,
  { id, connection, at }: z.output<typeof disconnectedPayload>,
): Refusal | undefined {
  const printer = findPrinter(context.sql, context.spooler, id);
  if (printer === undefined) return unknownPrinter(id);
  const path = connectionsPath(id);
  const value = readValue(context, path, connection);
  if (value?.type !== 'multi-string') {
    return refused('connection-not-found', `${printer.name} has no connection ${connection}`);
  }
  deleteValue(context, { path, name: connection });
  const [client = '', user = ''] = value.data;
  tell(context, printer, 'queue-disconnected', at, {
    client,
    user,
    printerEvents: ['DELETE_CONNECTION'],
  });
  return undefined;
}

function setValue(
  context: ApplyContext,
  path: readonly string[],
  name: string,
  value: StoredValue,
): Refusal | undefined {
  return createKey(context, { path }) ?? setValues(context, { path, values: [{ name, value }] });
}

function readValue(
  { sql, spooler }: ApplyContext,
  path: readonly string[],
  name: string,
): StoredValue | undefined {
  const row = sql.get(
    'SELECT body FROM registry_values WHERE spooler = ? AND path_key = ? AND folded_name = ?',
    spooler,
    pathKey(path),
    foldName(name),
  );
  return row === undefined ? undefined : storedValueSchema.parse(JSON.parse(textOf(row, 'body')));
}

function fileAt(
  context: ApplyContext,
  id: string,
  { directory, name }: Pick<FileEntry, 'directory' | 'name'>,
): FileEntry | undefined {
  const value = readValue(context, filesPath(id), fileValueName(directory, name));
  return value === undefined ? undefined : fileFromStored(value);
}

function filesOf(context: ApplyContext, key: readonly string[]): readonly string[] {
  const value = readValue(context, key, 'Files');
  return value?.type === 'multi-string' ? value.data : [];
}

/** GetPrinterData's ChangeID: another number after each change of data and files. */
function countChange(context: ApplyContext, id: string, at: Moment): void {
  const path = printerRoot(id);
  const before = readValue(context, path, changeNumberName);
  const number = before?.type === 'dword' ? (before.data + 1) % 0x1_0000_0000 : 1;
  setValue(context, path, changeNumberName, { type: 'dword', data: number });
  setValue(context, path, changedAtName, { type: 'multi-string', data: momentToStored(at) });
}

/** Clients that hold the queue's files shall look again. */
function tellFiles(context: ApplyContext, printer: Printer, at: Moment, file: FileEntry): void {
  tell(context, printer, 'queue-files-changed', at, {
    files: [fileValueName(file.directory, file.name)],
    component: file.component,
    printerEvents: ['CACHE_REFRESH'],
  });
}

function tell(
  context: ApplyContext,
  printer: Printer,
  type: 'queue-data-changed' | 'queue-files-changed' | 'queue-connected' | 'queue-disconnected',
  at: Moment,
  facts: EventDraft['facts'],
): void {
  const { id: printerId, name, spooler } = printer;
  context.emit({ type, at, spooler, printerId, facts: { name, ...facts } });
}

function unknownPrinter(id: string): Refusal {
  return refused('printer-not-found', `there is no printer ${id}`);
}
