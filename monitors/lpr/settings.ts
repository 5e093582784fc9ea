// The settings of an LPR port: their schema, their registry values and their form.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { snmpFields, snmpSettingRows, snmpShape } from '../snmp/settings.ts';
import { lprLimits as limits } from './limits.ts';

export const lprHostSchema = z
  .string()
  .min(1, 'needs the name or address of the printer')
  .max(limits.hostLength)
  .regex(/^[\w.:%-]*$/, 'a host name or address has letters, digits, ".", "-", "_", ":" and "%"');
export const lprPortNumberSchema = z.int().min(limits.portNumber.min).max(limits.portNumber.max);
export const lprQueueSchema = z
  .string()
  .min(1, 'needs the name of the queue on the printer')
  .max(limits.queueLength)
  .regex(/^[^\s/\p{C}]*$/u, 'a queue name has no blanks and no "/"');

export const lprSettingsSchema = z.strictObject({
  host: lprHostSchema,
  portNumber: lprPortNumberSchema.default(limits.portNumber.initial),
  queue: lprQueueSchema.default('lp'),
  description: z.string().max(limits.descriptionLength).default(''),
  connectTimeoutMs: z
    .int()
    .min(limits.connectTimeoutMs.min)
    .max(limits.connectTimeoutMs.max)
    .default(limits.connectTimeoutMs.initial),
  order: z.enum(['control-first', 'data-first']).default('control-first'),
  fileFormat: z.enum(['l', 'f', 'o', 'p', 'v', 'd', 'n', 't', 'c', 'g', 'r']).default('l'),
  banner: z.boolean().default(false),
  unknownSize: z.enum(['refuse', 'announce-large']).default('refuse'),
  requireAck: z.boolean().default(true),
  reservedSourcePort: z.boolean().default(false),
  ...snmpShape,
});

export type LprSettings = z.output<typeof lprSettingsSchema>;

/** LPRMON's value names where it has them. */
export const lprSettingRows: readonly SettingRow<keyof LprSettings>[] = [
  { key: 'host', valueName: 'Server Name', type: 'string' },
  { key: 'portNumber', valueName: 'PortNumber', type: 'dword' },
  { key: 'queue', valueName: 'Printer Name', type: 'string' },
  { key: 'description', valueName: 'Description', type: 'string' },
  { key: 'connectTimeoutMs', valueName: 'ConnectTimeoutMs', type: 'dword' },
  { key: 'order', valueName: 'Order', type: 'string' },
  { key: 'fileFormat', valueName: 'FileFormat', type: 'string' },
  { key: 'banner', valueName: 'Banner', type: 'boolean' },
  { key: 'unknownSize', valueName: 'UnknownSize', type: 'string' },
  { key: 'requireAck', valueName: 'RequireAck', type: 'boolean' },
  { key: 'reservedSourcePort', valueName: 'ReservedSourcePort', type: 'boolean' },
  ...snmpSettingRows,
];

const nameField: FormField = {
  name: 'name',
  label: 'Port name',
  help: 'What the port is called here; it has no meaning for the printer.',
  required: true,
  type: 'text',
  maxLength: longestPortNameLength,
};

const placeFields: readonly FormField[] = [
  {
    name: 'host',
    label: 'Host name or address',
    help: 'Where the printer or print server is on the network.',
    required: true,
    type: 'text',
    maxLength: limits.hostLength,
  },
  {
    name: 'queue',
    label: 'Queue',
    help: 'What the printer calls its queue: "lp" for most; see its configuration page.',
    required: false,
    type: 'text',
    maxLength: limits.queueLength,
    initial: 'lp',
  },
  {
    name: 'portNumber',
    label: 'TCP port',
    help: '515 for all but special set-ups.',
    required: false,
    type: 'integer',
    ...limits.portNumber,
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
];

const protocolFields: readonly FormField[] = [
  {
    name: 'order',
    label: 'Order of files',
    help: 'Some old servers want the data before the control file.',
    required: false,
    type: 'choice',
    initial: 'control-first',
    options: [
      { value: 'control-first', label: 'Control file first' },
      { value: 'data-first', label: 'Data file first' },
    ],
  },
  {
    name: 'fileFormat',
    label: 'File format',
    help: 'What the control file says of the data; printers take everything as it is with "l".',
    required: false,
    type: 'choice',
    initial: 'l',
    options: [
      { value: 'l', label: 'l: as it is' },
      { value: 'f', label: 'f: text' },
      { value: 'o', label: 'o: PostScript' },
      { value: 'p', label: 'p: text with headers' },
      { value: 'v', label: 'v: raster' },
      { value: 'd', label: 'd: DVI' },
      { value: 'n', label: 'n: ditroff' },
      { value: 't', label: 't: troff' },
      { value: 'c', label: 'c: CIF' },
      { value: 'g', label: 'g: plot' },
      { value: 'r', label: 'r: Fortran' },
    ],
  },
  {
    name: 'banner',
    label: 'Banner page',
    help: 'Asks the printer for a page with the name of the user.',
    required: false,
    type: 'boolean',
    initial: false,
  },
  {
    name: 'unknownSize',
    label: 'Documents of unknown size',
    help: 'LPD tells the size first. Some printers take a large one and print at the end.',
    required: false,
    type: 'choice',
    initial: 'refuse',
    options: [
      { value: 'refuse', label: 'Refuse' },
      { value: 'announce-large', label: 'Announce 2 GiB and close at the end' },
    ],
  },
  {
    name: 'requireAck',
    label: 'Needs the acknowledgement',
    help: 'Off for printers that take a document and never say so.',
    required: false,
    type: 'boolean',
    initial: true,
  },
  {
    name: 'reservedSourcePort',
    label: 'Reserved source port',
    help: 'Connects from ports 721 to 731, which some servers want; needs that capability.',
    required: false,
    type: 'boolean',
    initial: false,
  },
  {
    name: 'connectTimeoutMs',
    label: 'Connect time-out',
    help: 'How long one attempt to reach the printer takes; attempts are repeated.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.connectTimeoutMs,
  },
];

export const lprMonitorUI: MonitorUI = {
  version: 1,
  title: 'LPR port (LPD, RFC 1179)',
  help: 'Sends documents to a queue of a printer or print server that speaks LPD.',
  addPort: [nameField, ...placeFields, ...protocolFields, ...snmpFields],
  configurePort: [...placeFields, ...protocolFields, ...snmpFields],
};
