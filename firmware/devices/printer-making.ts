// Makes a port and a printer of a found device, and takes back what was half done.
import type { Principal } from '../api/principal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { nameKey } from '../printers/names.ts';
import type { Printer } from '../printers/printer.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { FoundDevice } from './contract.ts';
import { freeName } from './text.ts';

export interface WantedNames {
  /** Of the printer; another one is taken where it is not free. */
  readonly printer: string;
  readonly port: string;
}

export type MadePrinter = {
  readonly kind: 'done';
  readonly printer: Printer;
  readonly portName: string;
};

/** The port may exist already; then it gets its printer. */
export async function makePrinter(
  { ports, printers }: Pick<Spooler, 'ports' | 'printers'>,
  device: FoundDevice,
  wanted: WantedNames,
  by: Principal,
): Promise<MadePrinter | Refusal> {
  const portName = device.usedBy ?? (await freePortName(ports, wanted.port));
  const all = await printers.list();
  const name = freeName(wanted.printer, (each) =>
    all.some((printer) => nameKey(printer.name) === nameKey(each)),
  );
  if (portName === undefined || name === undefined) {
    return refused('value-not-supported', `no name like ${wanted.printer} is free: name it`);
  }
  const refusal =
    device.usedBy === undefined ? await addPort(ports, device, portName, by) : undefined;
  if (refusal !== undefined) return refusal;
  const settings = {
    description: device.name,
    location: device.location,
    portNames: [portName],
    formats: formatsOf(device.commandSets),
  };
  const made = await printers.create(name, settings, by);
  if (made.kind === 'done') return { kind: 'done', printer: made.printer, portName };
  if (device.usedBy === undefined) {
    const target = { monitor: device.port.monitor, portName };
    await ports.xcv(target, 'DeletePort', { name: portName }, by);
  }
  return made;
}

async function freePortName(ports: Spooler['ports'], wanted: string): Promise<string | undefined> {
  const taken = new Set((await ports.list()).map(({ info }) => info.name.toLowerCase()));
  return freeName(wanted, (each) => taken.has(each.toLowerCase()));
}

async function addPort(
  ports: Spooler['ports'],
  { port: { monitor, input }, name, language }: FoundDevice,
  portName: string,
  by: Principal,
): Promise<Refusal | undefined> {
  const fields = { name: portName, description: name, ...input };
  const added = await ports.xcv({ monitor }, 'AddPort', fields, by);
  if (!('status' in added)) return added;
  if (added.status !== 'ERROR_SUCCESS') {
    return refused('monitor-refused', `${monitor}: ${added.message ?? added.status}`);
  }
  if (language === undefined) return undefined;
  const set = await ports.setLanguage(portName, { language }, by);
  return set.kind === 'refused' ? set : undefined;
}

/** What clients may send, by the command sets of a 1284 id. */
const formatRows: readonly { readonly command: RegExp; readonly format: string }[] = [
  { command: /^(postscript|ps|ps[23]|bdps)\b/i, format: 'application/postscript' },
  { command: /^pdf\b/i, format: 'application/pdf' },
  { command: /^(pcl|pcl[0-9a-z]*|hbpl)$/i, format: 'application/vnd.hp-pcl' },
  { command: /^urf\b/i, format: 'image/urf' },
  { command: /^pwg(raster|-raster)?\b/i, format: 'image/pwg-raster' },
  { command: /^(jpeg|jpg)\b/i, format: 'image/jpeg' },
];

function formatsOf(commandSets: readonly string[]): readonly string[] {
  const found = formatRows.filter(({ command }) => commandSets.some((set) => command.test(set)));
  return found.map(({ format }) => format);
}
