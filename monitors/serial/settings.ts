// The settings of a serial port: their schema, their registry values and their form.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { serialMonitorLimits as limits } from './limits.ts';

const dataBits = z.literal([5, 6, 7, 8]);
const parity = z.enum(['none', 'odd', 'even']);
const stopBits = z.literal([1, 2]);
const flow = z.enum(['none', 'xon-xoff', 'rts-cts']);
const baudRate = z.int().min(limits.baudRate.min).max(limits.baudRate.max);

/** What COMMCONFIG says of the line; printers come with 9600, 8N1 and hardware flow control. */
export const serialLineSchema = z.strictObject({
  baudRate: baudRate.default(limits.baudRate.initial),
  dataBits: dataBits.default(8),
  parity: parity.default('none'),
  stopBits: stopBits.default(1),
  flow: flow.default('rts-cts'),
  dtr: z.boolean().default(true),
});

/** Some of them, to change those. */
export const serialLineChangesSchema = z
  .strictObject({ baudRate, dataBits, parity, stopBits, flow, dtr: z.boolean() })
  .partial();

export const serialSettingsSchema = z.strictObject({
  device: z
    .string()
    .max(limits.devicePathLength)
    .regex(/^\/dev\/tty[A-Za-z]+\d+$/, 'is a serial port of this box, such as /dev/ttyUSB0'),
  description: z.string().max(limits.descriptionLength).default(''),
  ...serialLineSchema.shape,
  writeTimeoutMs: z
    .int()
    .min(limits.writeTimeoutMs.min)
    .max(limits.writeTimeoutMs.max)
    .default(limits.writeTimeoutMs.initial),
});

export type SerialSettings = z.output<typeof serialSettingsSchema>;

export const serialSettingRows: readonly SettingRow<keyof SerialSettings>[] = [
  { key: 'device', valueName: 'Device', type: 'string' },
  { key: 'description', valueName: 'Description', type: 'string' },
  { key: 'baudRate', valueName: 'BaudRate', type: 'dword' },
  { key: 'dataBits', valueName: 'ByteSize', type: 'dword' },
  { key: 'parity', valueName: 'Parity', type: 'string' },
  { key: 'stopBits', valueName: 'StopBits', type: 'dword' },
  { key: 'flow', valueName: 'FlowControl', type: 'string' },
  { key: 'dtr', valueName: 'DtrControl', type: 'boolean' },
  { key: 'writeTimeoutMs', valueName: 'WriteTimeoutMs', type: 'dword' },
];

const nameField: FormField = {
  name: 'name',
  label: 'Port name',
  help: 'What the port is called here: COM1, for instance.',
  required: true,
  type: 'text',
  maxLength: longestPortNameLength,
};

const lineFields: readonly FormField[] = [
  {
    name: 'baudRate',
    label: 'Bits per second',
    help: 'As the printer is set: its configuration page says it.',
    required: false,
    type: 'integer',
    ...limits.baudRate,
  },
  {
    name: 'dataBits',
    label: 'Data bits',
    help: '8 for all but very old printers.',
    required: false,
    type: 'choice',
    initial: 8,
    options: [8, 7, 6, 5].map((value) => ({ value, label: String(value) })),
  },
  {
    name: 'parity',
    label: 'Parity',
    help: 'As the printer is set.',
    required: false,
    type: 'choice',
    initial: 'none',
    options: [
      { value: 'none', label: 'None' },
      { value: 'even', label: 'Even' },
      { value: 'odd', label: 'Odd' },
    ],
  },
  {
    name: 'stopBits',
    label: 'Stop bits',
    help: 'As the printer is set.',
    required: false,
    type: 'choice',
    initial: 1,
    options: [1, 2].map((value) => ({ value, label: String(value) })),
  },
  {
    name: 'flow',
    label: 'Flow control',
    help: 'How the printer says that it is full. With "none", bytes are lost when it is.',
    required: false,
    type: 'choice',
    initial: 'rts-cts',
    options: [
      { value: 'rts-cts', label: 'Hardware (RTS/CTS)' },
      { value: 'xon-xoff', label: 'Software (XON/XOFF)' },
      { value: 'none', label: 'None' },
    ],
  },
  {
    name: 'dtr',
    label: 'Data Terminal Ready',
    help: 'Most printers want it on while the box may send.',
    required: false,
    type: 'boolean',
    initial: true,
  },
];

const settingFields: readonly FormField[] = [
  {
    name: 'device',
    label: 'Device',
    help: '/dev/ttyUSB0 is the first USB adapter, /dev/ttyS0 the first port of the board.',
    required: true,
    type: 'text',
    maxLength: limits.devicePathLength,
  },
  {
    name: 'description',
    label: 'Description',
    help: 'Anything that helps people: where it stands, whom to call.',
    required: false,
    type: 'text',
    maxLength: limits.descriptionLength,
    initial: '',
  },
  ...lineFields,
  {
    name: 'writeTimeoutMs',
    label: 'Write time-out',
    help: 'After this time without progress the printer is shown as waiting; nothing is given up.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.writeTimeoutMs,
  },
];

export const serialMonitorUI: MonitorUI = {
  version: 1,
  title: 'Serial port',
  help: 'Sends documents as they are to a printer at a serial port of this box.',
  addPort: [nameField, ...settingFields],
  configurePort: settingFields,
};
