// The printer data of one spooler: read from its registry, changed by records, with the paths of
// components made by their copy-file modules.
import type { Clock } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { Principal } from '../api/principal.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { Printer } from '../printers/printer.ts';
import type { SplClientInfo } from '../queue-files/modules/contract.ts';
import { findModule } from '../queue-files/modules/table.ts';
import type { QueueReading } from '../queue-files/reading.ts';
import { needRole } from '../spooler/rights.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import { foldName } from '../store/fold.ts';
import { dataPath } from '../store/printer-data-rows.ts';
import type { Change, RecordPayload } from '../store/records/table.ts';
import type { DataValue, EnumeratedValues, NamedValue, PrinterData } from './contract.ts';
import { checkValue, componentOf, isMadeName, parseKey, wrongKey } from './keys.ts';

export interface PrinterDataOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly reading: QueueReading;
  readonly clock: Pick<Clock, 'wall'>;
  readonly printerById: (id: string) => Printer | undefined;
  /** As it stands in `\\SERVER\PRINTER`. */
  readonly networkName: () => string;
  readonly log: MonitorLog;
}

type DataChange = RecordPayload<'printer.data-changed'>['changes'][number];

const driverKey = 'printerdriverdata';
const changeIdName = 'changeid';

export function createPrinterData(options: PrinterDataOptions): PrinterData {
  const { spooler, store, reading, log } = options;

  const has = (printerId: string, key: readonly string[]) =>
    store.query('registry.has-key', { spooler, path: dataPath(printerId, key) });

  const valuesOf = (printerId: string, key: readonly string[]): Promise<readonly NamedValue[]> =>
    store.query('registry.values', { spooler, path: dataPath(printerId, key) });

  /** A key that is there; the root always is. */
  const found = async (printerId: string, key: string): Promise<FoundKey | Refusal> => {
    const printer = options.printerById(printerId);
    if (printer === undefined) return noPrinter(printerId);
    const path = parseKey(key);
    if (path === undefined) return wrongKey(key);
    if (path.length > 0 && !(await has(printerId, path))) return noKey(printer, key);
    return { kind: 'found', printer, path };
  };

  const change = async (
    printerId: string,
    what: DataChange,
    by: Principal,
  ): Promise<{ readonly kind: 'done' } | Refusal> => {
    const refusal = needRole(by, 'administrator', 'changing printer data');
    if (refusal !== undefined) return refusal;
    const outcome = await options.commit([
      {
        type: 'printer.data-changed',
        payload: { id: printerId, at: options.clock.wall(), changes: [what] },
      },
    ]);
    reading.forget(printerId);
    if (outcome.kind === 'committed') return { kind: 'done' };
    return outcome.code === 'not-found' ? refused('data-not-found', outcome.message) : outcome;
  };

  const madeFor = (
    printer: Printer,
    values: readonly NamedValue[],
    client: SplClientInfo,
  ): Pick<EnumeratedValues, 'values' | 'call'> => {
    const directory = textOf(values, 'Directory');
    const module = findModule(textOf(values, 'Module') ?? '');
    if (directory === undefined || module === undefined) return { values };
    const share = `\\\\${options.networkName()}\\PRINT$\\${directory}`;
    const sizeCharacters = limits.pathCharacters;
    const call = {
      printerName: printer.name,
      directory,
      clientInfo: { ...client },
      level: 1,
      source: { path: share, sizeCharacters },
      target: { path: directory, sizeCharacters },
      flags: 'COPYFILE_FLAG_SERVER_SPOOLER',
    } as const;
    const paths = module.generateCopyFilePaths(call);
    log.info('GenerateCopyFilePaths', { module: module.name, ...call, status: paths.status });
    const asked = { module: module.name, call, status: paths.status };
    // Without paths there is nothing for the client to copy.
    if (paths.status !== 'ERROR_SUCCESS') return { values, call: asked };
    const made = [
      { name: 'SourceDir', value: { type: 'string', data: paths.source.path } },
      { name: 'TargetDir', value: { type: 'string', data: paths.target.path } },
    ] as const;
    return { values: [...values, ...made], call: asked };
  };

  return {
    async enumKey(printerId, key) {
      const at = await found(printerId, key);
      if (at.kind === 'refused') return at;
      const path = dataPath(printerId, at.path);
      return { kind: 'done', keys: await store.query('registry.sub-keys', { spooler, path }) };
    },
    async enumDataEx(printerId, key, client) {
      const at = await found(printerId, key);
      if (at.kind === 'refused') return at;
      const values = await valuesOf(printerId, at.path);
      if (componentOf(at.path) === undefined) return { kind: 'done', values };
      return { kind: 'done', ...madeFor(at.printer, values, client) };
    },
    async getDataEx(printerId, key, name) {
      if (foldName(key) === driverKey && foldName(name) === changeIdName) {
        const { number } = await reading.changes(printerId);
        return { kind: 'done', value: { type: 'dword', data: number } };
      }
      const at = await found(printerId, key);
      if (at.kind === 'refused') return at;
      const path = dataPath(printerId, at.path);
      const value = await store.query('registry.value', { spooler, path, name });
      if (value !== undefined) return { kind: 'done', value };
      return refused('data-not-found', `${at.printer.name} has no ${nameText(key, name)}.`);
    },
    async setDataEx(printerId, key, name, value, by) {
      const printer = options.printerById(printerId);
      if (printer === undefined) return noPrinter(printerId);
      const path = parseKey(key);
      if (path === undefined || path.length === 0) return wrongKey(key);
      const wrong = checkValue(path, name, value, await reading.files(printerId));
      if (wrong !== undefined) return wrong;
      if (foldName(key) === driverKey && foldName(name) === changeIdName) {
        return refused('value-not-supported', 'ChangeID is counted, and can not be set.');
      }
      const full = await refuseMore(printerId, path);
      if (full !== undefined) return full;
      const done = await change(printerId, { kind: 'set', key: path, name, value }, by);
      if (done.kind === 'done') await tellModule(printer, path, key);
      return done;
    },
    async deleteDataEx(printerId, key, name, by) {
      const at = await found(printerId, key);
      if (at.kind === 'refused') return at;
      const refusal = refuseFileValue(at.path, name);
      if (refusal !== undefined) return refusal;
      return change(printerId, { kind: 'delete-value', key: at.path, name }, by);
    },
    async deleteKey(printerId, key, by) {
      const at = await found(printerId, key);
      if (at.kind === 'refused') return at;
      if (at.path.length === 0) return wrongKey(key);
      const files = await reading.files(printerId);
      if (foldName(at.path[0] ?? '') === 'copyfiles' && files.length > 0) {
        const why = 'remove its files, and the key goes with the last of them';
        return refused('value-not-supported', `${key} names files: ${why}.`);
      }
      return change(printerId, { kind: 'delete-key', key: at.path }, by);
    },
    changes: (printerId) => reading.changes(printerId),
  };

  async function refuseMore(
    printerId: string,
    path: readonly string[],
  ): Promise<Refusal | undefined> {
    const values = await valuesOf(printerId, path);
    if (values.length >= limits.dataValues) {
      return refused('too-large', `A key has at most ${limits.dataValues} values.`);
    }
    const parent = dataPath(printerId, path.slice(0, -1));
    const keys = await store.query('registry.sub-keys', { spooler, path: parent });
    if (keys.length < limits.dataKeys) return undefined;
    return refused('too-large', `A key has at most ${limits.dataKeys} keys below it.`);
  }

  /** SPOOLER_COPYFILE_EVENT_SET_PRINTER_DATAEX: after the value was set. */
  async function tellModule(printer: Printer, path: readonly string[], key: string): Promise<void> {
    if (componentOf(path) === undefined) return;
    const module = findModule(textOf(await valuesOf(printer.id, path), 'Module') ?? '');
    const event = 'SET_PRINTER_DATAEX';
    log.info('SpoolerCopyFileEvent', {
      module: module?.name ?? '',
      printer: printer.name,
      key,
      event,
    });
    await module?.spoolerCopyFileEvent({ printerName: printer.name, key, event, files: [] });
  }
}

interface FoundKey {
  readonly kind: 'found';
  readonly printer: Printer;
  readonly path: readonly string[];
}

/** A component's own values go with its last file. */
function refuseFileValue(key: readonly string[], name: string): Refusal | undefined {
  if (componentOf(key) === undefined) return undefined;
  if (isMadeName(name)) {
    return refused('value-not-supported', `${name} is made on enumeration, and not stored.`);
  }
  if (!['directory', 'files', 'module'].includes(foldName(name))) return undefined;
  return refused('value-not-supported', `${name} goes with the last file of the component.`);
}

function textOf(values: readonly NamedValue[], name: string): string | undefined {
  const value: DataValue | undefined = values.find(
    (each) => foldName(each.name) === foldName(name),
  )?.value;
  return value?.type === 'string' ? value.data : undefined;
}

function nameText(key: string, name: string): string {
  return key === '' ? name : `${key}\\${name}`;
}

function noPrinter(id: string): Refusal {
  return refused('printer-not-found', `There is no printer ${id}.`);
}

function noKey({ name }: Printer, key: string): Refusal {
  return refused('data-not-found', `${name} has no key ${key}.`);
}
