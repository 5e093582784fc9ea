// What the agent shows beside what the API says, object by object.
import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { port } from '../../firmware/api/schemas/port.ts';
import type { printer } from '../../firmware/api/schemas/printer.ts';
import type { appliance } from '../../firmware/api/schemas/system.ts';

export interface Shown {
  readonly appliance: z.output<typeof appliance>;
  readonly printers: readonly z.output<typeof printer>[];
  readonly ports: readonly z.output<typeof port>[];
}

type Printer = Shown['printers'][number];
type Facts = NonNullable<Shown['ports'][number]['statuses'][number]['device']>;

/** Variables of a numeric walk (`-On -Oe`), by their identifiers. */
export type Walk = ReadonlyMap<string, string>;

const mib2 = '1.3.6.1.2.1';
const printerMib = `${mib2}.43`;
const portMonitor = '1.3.6.1.4.1.2699.1.2.1';
const slowestSeconds = 30;
const special: Readonly<Record<string, number>> = { other: -1, unknown: -2, some: -3 };
const channelTypes = { ipp: 44, raw: 11, lpd: 8 } as const;

/** Fails at the first value that is another one than the API's; answers how many it compared. */
export function compareValues(walk: Walk, shown: Shown): number {
  let compared = 0;
  const is = (oid: string, expected: string | number) => {
    assert.equal(read(walk, oid), expected, oid);
    compared += 1;
  };
  const { appliance: box } = shown;
  for (const oid of ['1.3.0', '25.1.1.0']) {
    const seconds = ticks(walk.get(`${mib2}.${oid}`)) / 100;
    assert.ok(Math.abs(seconds - box.uptimeSeconds) < slowestSeconds, `${oid}: ${seconds}`);
    compared += 1;
  }
  assert.match(String(read(walk, `${mib2}.1.1.0`)), new RegExp(`^Platen ${box.version} `));
  is('1.3.6.1.4.1.32473.1.1.1.1.0', box.nodeId);
  is(`${portMonitor}.1.2.0`, shown.printers.length);
  const lpd = box.addresses.find(({ what }) => what === 'lpd')?.address ?? '';
  for (const each of shown.printers) {
    const index = indexOf(walk, each.name);
    const device = factsOf(each, shown.ports);
    compareState(each, index, is);
    compareDevice(device, index, is);
    compareWays(each, index, lpd, is);
    is(`${mib2}.25.3.2.1.3.${index}`, device.makeAndModel ?? `Platen ${each.name}`);
    is(`${portMonitor}.2.1.1.2.${index}`, each.name);
    if (device.deviceId !== undefined) is(`${portMonitor}.2.1.1.3.${index}`, device.deviceId);
  }
  return compared;
}

type Is = (oid: string, expected: string | number) => void;

function compareState({ status, accepting, formats }: Printer, index: number, is: Is): void {
  const alerts = status.reasons.filter((reason) => /-(report|warning|error)$/.test(reason));
  const isDown = status.state === 'stopped' || alerts.some((reason) => reason.endsWith('-error'));
  is(`${mib2}.25.3.2.1.5.${index}`, isDown ? 5 : 2);
  is(`${mib2}.25.3.5.1.1.${index}`, isDown ? 1 : 3);
  // The octet 0x40 is shown as what it is in ASCII.
  is(`${mib2}.25.3.5.1.2.${index}`, alerts.includes('media-empty-error') ? '@' : '00 ');
  is(`${mib2}.25.3.2.1.6.${index}`, alerts.length);
  is(`${printerMib}.5.1.1.18.${index}`, alerts.length);
  is(`${printerMib}.5.1.1.19.${index}`, alerts.length);
  for (const at of alerts.keys()) {
    is(`${printerMib}.18.1.1.2.${index}.${at + 1}`, 3);
    is(`${printerMib}.18.1.1.7.${index}.${at + 1}`, 808);
    is(`${printerMib}.18.1.1.8.${index}.${at + 1}`, status.message);
  }
  const taken = formats.length > 0 ? formats : ['application/octet-stream'];
  for (const [at, format] of taken.entries()) {
    is(`${printerMib}.15.1.1.5.${index}.${at + 1}`, format);
  }
  is(`${printerMib}.14.1.1.6.${index}.1`, accepting ? 3 : 4);
}

function compareDevice(device: Facts, index: number, is: Is): void {
  is(`${printerMib}.5.1.1.17.${index}`, device.serialNumber ?? '');
  is(`${printerMib}.10.2.1.4.${index}.1`, device.pageCount ?? 0);
  for (const [at, line] of (device.consoleText ?? []).entries()) {
    is(`${printerMib}.16.5.1.2.${index}.${at + 1}`, line);
  }
  const colorants = [...new Set((device.supplies ?? []).flatMap(({ colorant }) => colorant ?? []))];
  for (const [at, name] of colorants.entries()) {
    is(`${printerMib}.12.1.1.4.${index}.${at + 1}`, name);
  }
  for (const [at, supply] of (device.supplies ?? []).entries()) {
    const column = (number: number, value: string | number) =>
      is(`${printerMib}.11.1.1.${number}.${index}.${at + 1}`, value);
    const { colorant } = supply;
    column(3, colorant === undefined ? 0 : colorants.indexOf(colorant) + 1);
    column(4, supply.kind === 'filled' ? 4 : 3);
    column(6, supply.name);
    column(7, supply.unit);
    column(8, amount(supply.capacity));
    column(9, amount(supply.level));
  }
  for (const [at, input] of (device.inputs ?? []).entries()) {
    const column = (number: number, value: string | number) =>
      is(`${printerMib}.8.2.1.${number}.${index}.${at + 1}`, value);
    column(2, input.type);
    column(8, input.unit);
    column(9, amount(input.capacity));
    column(10, amount(input.level));
    column(12, input.mediaName);
    column(13, input.name);
  }
}

function compareWays({ addresses, name }: Printer, index: number, lpd: string, is: Is): void {
  const { ipp = '', rawPort = 0 } = addresses;
  const { hostname, port: ippPort } = new URL(ipp);
  const ways = [
    { kind: 'ipp', uri: ipp, number: Number(ippPort) },
    { kind: 'raw', uri: `socket://${hostname}:${rawPort}`, number: rawPort },
    { kind: 'lpd', uri: `${lpd}${name}`, number: Number(new URL(lpd).port) },
  ] as const;
  for (const [at, { kind, uri, number }] of ways.entries()) {
    const row = `${index}.${at + 1}`;
    is(`${printerMib}.14.1.1.2.${row}`, channelTypes[kind]);
    is(`${printerMib}.14.1.1.9.${row}`, `URI=${uri}`);
    is(`${portMonitor}.3.1.1.4.${row}`, uri);
    is(`${portMonitor}.3.1.1.5.${row}`, channelTypes[kind]);
    is(`${portMonitor}.3.1.1.6.${row}`, number);
  }
}

function indexOf(walk: Walk, name: string): number {
  const root = `${printerMib}.5.1.1.16.`;
  for (const oid of walk.keys()) {
    if (oid.startsWith(root) && read(walk, oid) === name) return Number(oid.slice(root.length));
  }
  throw new Error(`${name} is not shown`);
}

function factsOf({ portNames }: Printer, ports: Shown['ports']): Facts {
  const own = ports.find(({ info }) => info.name === portNames[0]);
  return own?.statuses.find(({ source }) => source === 'snmp')?.device ?? {};
}

function amount(value: number | string): number {
  return typeof value === 'number' ? value : (special[value] ?? 0);
}

function ticks(text: string | undefined): number {
  return Number(/^Timeticks: \((\d+)\)/.exec(text ?? '')?.[1]);
}

/** Numbers as numbers, texts without their quotes, octets in hexadecimal. */
function read(walk: Walk, oid: string): string | number | undefined {
  const text = walk.get(oid);
  if (text === undefined) return undefined;
  const [, number] = /^(?:INTEGER|Gauge32|Counter32|Counter64): (-?\d+)$/.exec(text) ?? [];
  if (number !== undefined) return Number(number);
  if (text === '""') return '';
  const [, words] = /^STRING: "(.*)"$/s.exec(text) ?? [];
  if (words !== undefined) return words.replaceAll('\\"', '"');
  return /^Hex-STRING: (.*)$/s.exec(text)?.[1] ?? text;
}
