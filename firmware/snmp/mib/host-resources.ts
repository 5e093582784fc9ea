// HOST-RESOURCES-MIB (RFC 2790): the appliance as a host, with a device for each printer.
import { oidOf } from '../../../monitors/wire/snmp/oid.ts';
import {
  counterValue,
  gaugeValue,
  integerValue,
  octetsValue,
  oidValue,
  type SnmpValue,
  textValue,
  ticksValue,
} from '../../../monitors/wire/snmp/values.ts';
import type { MibPrinter, MibSoftware, MibStorage } from '../contract.ts';
import { deviceStatus, detectedErrors, printerStatus } from './printer-state.ts';
import { allRows, scalars, table } from './rows.ts';

const kib = 1024;
const noProduct = oidOf('0.0');
const printerType = oidOf('1.3.6.1.2.1.25.3.1.5');
const storageTypes = {
  memory: oidOf('1.3.6.1.2.1.25.2.1.2'),
  disk: oidOf('1.3.6.1.2.1.25.2.1.4'),
} as const;
/** hrSWRunType and hrSWRunStatus. */
const application = 4;
const running = 1;
const most31 = 0x7fff_ffff;

/** DateAndTime (RFC 2579) in UTC. */
function dateValue(wallMs: number): SnmpValue {
  const at = new Date(wallMs);
  const year = at.getUTCFullYear();
  return octetsValue(
    Uint8Array.of(
      year >> 8,
      year & 0xff,
      at.getUTCMonth() + 1,
      at.getUTCDate(),
      at.getUTCHours(),
      at.getUTCMinutes(),
      at.getUTCSeconds(),
      Math.floor(at.getUTCMilliseconds() / 100),
      '+'.charCodeAt(0),
      0,
      0,
    ),
  );
}

const host = scalars([
  {
    name: 'hrSystemUptime',
    oid: '1.3.6.1.2.1.25.1.1',
    value:
      ({ system }) =>
      () =>
        ticksValue(system.upMs()),
  },
  {
    name: 'hrSystemDate',
    oid: '1.3.6.1.2.1.25.1.2',
    value:
      ({ system }) =>
      () =>
        dateValue(system.wallMs()),
  },
  { name: 'hrSystemNumUsers', oid: '1.3.6.1.2.1.25.1.5', value: () => gaugeValue(0) },
  {
    name: 'hrSystemProcesses',
    oid: '1.3.6.1.2.1.25.1.6',
    value: ({ software }) => gaugeValue(software.length),
  },
  { name: 'hrSystemMaxProcesses', oid: '1.3.6.1.2.1.25.1.7', value: () => integerValue(0) },
  {
    name: 'hrMemorySize',
    oid: '1.3.6.1.2.1.25.2.2',
    value: ({ system }) => integerValue(Math.min(most31, Math.floor(system.memoryBytes / kib))),
  },
  {
    name: 'hrSWOSIndex',
    oid: '1.3.6.1.2.1.25.4.1',
    value: ({ software }) => integerValue(software[0]?.index ?? 0),
  },
]);

/** Sizes are Integer32: units grow with the disk, so that they fit. */
function unitOf({ totalBytes }: MibStorage): number {
  let unit = 4 * kib;
  while (totalBytes / unit > most31) unit *= 2;
  return unit;
}

const storage = table<{ readonly at: number; readonly store: MibStorage }>({
  entry: '1.3.6.1.2.1.25.2.3.1',
  rows: ({ storage: all }) => all.map((store, at) => ({ store, at: at + 1 })),
  index: ({ at }) => [at],
  columns: [
    { name: 'hrStorageIndex', number: 1, value: ({ at }) => integerValue(at) },
    { name: 'hrStorageType', number: 2, value: ({ store }) => oidValue(storageTypes[store.kind]) },
    { name: 'hrStorageDescr', number: 3, value: ({ store }) => textValue(store.name) },
    {
      name: 'hrStorageAllocationUnits',
      number: 4,
      value: ({ store }) => integerValue(unitOf(store)),
    },
    {
      name: 'hrStorageSize',
      number: 5,
      value: ({ store }) => integerValue(Math.floor(store.totalBytes / unitOf(store))),
    },
    {
      name: 'hrStorageUsed',
      number: 6,
      value: ({ store }) => integerValue(Math.ceil(store.usedBytes / unitOf(store))),
    },
    { name: 'hrStorageAllocationFailures', number: 7, value: () => counterValue(0) },
  ],
});

const devices = table<MibPrinter>({
  entry: '1.3.6.1.2.1.25.3.2.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index],
  columns: [
    { name: 'hrDeviceIndex', number: 1, value: ({ index }) => integerValue(index) },
    { name: 'hrDeviceType', number: 2, value: () => oidValue(printerType) },
    { name: 'hrDeviceDescr', number: 3, value: (row) => textValue(descriptionOf(row), 64) },
    { name: 'hrDeviceID', number: 4, value: () => oidValue(noProduct) },
    {
      name: 'hrDeviceStatus',
      number: 5,
      value: ({ status }) => integerValue(deviceStatus(status)),
    },
    { name: 'hrDeviceErrors', number: 6, value: (row) => counterValue(row.alertCounts.critical) },
  ],
});

function descriptionOf({ device, printer }: MibPrinter): string {
  const model = device.makeAndModel ?? '';
  return model === '' ? `Platen ${printer.name}` : model;
}

const printers = table<MibPrinter>({
  entry: '1.3.6.1.2.1.25.3.5.1',
  rows: ({ printers: all }) => all,
  index: ({ index }) => [index],
  columns: [
    {
      name: 'hrPrinterStatus',
      number: 1,
      value: ({ status }) => integerValue(printerStatus(status)),
    },
    {
      name: 'hrPrinterDetectedErrorState',
      number: 2,
      value: ({ status }) => octetsValue(detectedErrors(status)),
    },
  ],
});

const software = table<MibSoftware>({
  entry: '1.3.6.1.2.1.25.4.2.1',
  rows: ({ software: all }) => all,
  index: ({ index }) => [index],
  columns: [
    { name: 'hrSWRunIndex', number: 1, value: ({ index }) => integerValue(index) },
    { name: 'hrSWRunName', number: 2, value: ({ name }) => textValue(name, 64) },
    { name: 'hrSWRunID', number: 3, value: () => oidValue(noProduct) },
    { name: 'hrSWRunPath', number: 4, value: ({ path }) => textValue(path, 128) },
    { name: 'hrSWRunParameters', number: 5, value: () => textValue('') },
    { name: 'hrSWRunType', number: 6, value: () => integerValue(application) },
    { name: 'hrSWRunStatus', number: 7, value: () => integerValue(running) },
  ],
});

const performance = table<MibSoftware>({
  entry: '1.3.6.1.2.1.25.5.1.1',
  rows: ({ software: all }) => all,
  index: ({ index }) => [index],
  columns: [
    {
      name: 'hrSWRunPerfCPU',
      number: 1,
      value: ({ cpuHundredths }) => integerValue(cpuHundredths % most31),
    },
    {
      name: 'hrSWRunPerfMem',
      number: 2,
      value: ({ memoryBytes }) => integerValue(Math.min(most31, Math.floor(memoryBytes / kib))),
    },
  ],
});

export const hostRows = allRows([host, storage, devices, printers, software, performance]);
