// The steps that the log lists, with their arguments: what the server did, and what modules are
// told.
import type { Folder } from '../../hal/folders.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { Manifest } from '../queue-files/manifest.ts';
import type { CopyFileEvent, CopyFileModule } from '../queue-files/modules/contract.ts';
import type { ClientParts, Step } from './contract.ts';
import { placeOf } from './place.ts';
import type { Plan, PlannedFile } from './plan.ts';

/** `\\NTPRINT\HpColor`. */
export function uncNameOf({ server, printer }: Pick<Manifest, 'server' | 'printer'>): string {
  return `\\\\${server}\\${printer.name}`;
}

export function logServerSteps(
  log: ClientParts['log'],
  {
    manifest,
    plan,
    signatureKey,
  }: { readonly manifest: Manifest; readonly plan: Plan; readonly signatureKey: string },
): void {
  const printer = uncNameOf(manifest);
  const { changeNumber, files } = manifest;
  log({ step: 'manifest', printer, changeNumber, files: files.length, signatureKey });
  log({ step: 'driver files', printer, files: plan.drivers.map(placeOf) });
  for (const { key, values, call } of manifest.keys) {
    const below = childrenOf(key, manifest);
    log({ step: 'EnumPrinterKey', printer, key, keys: below });
    if (call !== undefined) {
      log({ step: 'GenerateCopyFilePaths', side: 'server', ...call.call, result: call.status });
    }
    const shown = Object.fromEntries(values.map(({ name, value }) => [name, value.data]));
    log({ step: 'EnumPrinterDataEx', printer, key, values: shown });
  }
}

function childrenOf(key: string, { keys }: Manifest): readonly string[] {
  const before = key === '' ? '' : `${key}\\`;
  return keys
    .map((each) => each.key)
    .filter((each) => each !== '' && each.startsWith(before))
    .map((each) => each.slice(before.length))
    .filter((rest) => rest !== '' && !rest.includes('\\'));
}

/** SpoolerCopyFileEvent on the client; what the module says follows in the log. */
export async function tellModule(
  log: ClientParts['log'],
  { key, module }: { readonly key: string; readonly module: CopyFileModule },
  printerName: string,
  event: CopyFileEvent,
  files: Folder | undefined,
  changed: readonly PlannedFile[],
): Promise<void> {
  log({ step: 'SpoolerCopyFileEvent', module: module.name, printer: printerName, key, event });
  const downloaded = changed.map((file) => ({
    name: file.name,
    read: () => readPlaced(files, file),
  }));
  const { lines } = await module.spoolerCopyFileEvent({
    printerName,
    key,
    event,
    files: downloaded,
  });
  for (const line of lines) log({ step: 'module says', module: module.name, line });
}

async function readPlaced(files: Folder | undefined, { parts, name }: PlannedFile) {
  if (files === undefined) throw new Error('nothing was placed');
  let folder = files;
  try {
    for (const part of parts) {
      const before = folder;
      folder = await before.folder(part);
      if (before !== files) await before.close();
    }
    return await folder.read(name, limits.lookedIntoBytes);
  } finally {
    if (folder !== files) await folder.close();
  }
}

/**
 * One line for people: the step, then its arguments as JSON, strings without quotes where plain.
 */
export function stepLine({ step, ...args }: Step): string {
  const words = Object.entries(args).map(([name, value]) => `${name}=${wordOf(value)}`);
  return [step, ...words].join(' ');
}

function wordOf(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"'{}[\]]+$/.test(value)) return value;
  return JSON.stringify(value);
}
