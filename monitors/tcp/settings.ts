// The settings of a raw TCP port: their schema, their registry values and their form, in one table.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { snmpFields, snmpSettingRows, snmpShape } from '../snmp/settings.ts';
import { tcpMonitorLimits as limits } from './limits.ts';

/** TCPMON's protocol numbers: 1 RAW, 2 LPR. */
const rawProtocol = 1;

const protocol = z.literal(rawProtocol, {
  error: ({ input }) =>
    input === 2
      ? 'LPR (2) is what the monitor "lpr" is for: add the port there'
      : 'must be 1, which is RAW',
});
const host = z
  .string()
  .min(1, 'needs the name or address of the printer')
  .max(limits.hostLength)
  .regex(/^[\w.:%-]*$/, 'a host name or address has letters, digits, ".", "-", "_", ":" and "%"');
/**
 * A port without its name. TCPMON's double-spool flag is not among them: it only counts bytes for
 * LPR.
 */
export const tcpSettingsSchema = z.strictObject({
  protocol: protocol.default(rawProtocol),
  host,
  portNumber: bounded(limits.portNumber),
  description: z.string().max(limits.descriptionLength).default(''),
  connectTimeoutMs: bounded(limits.connectTimeoutMs),
  writeTimeoutMs: bounded(limits.writeTimeoutMs),
  finWaitMs: bounded(limits.finWaitMs),
  backChannel: z.boolean().default(true),
  ...snmpShape,
});

export type TcpSettings = z.output<typeof tcpSettingsSchema>;

/** TCPMON's value names where it has them. */
export const tcpSettingRows: readonly SettingRow<keyof TcpSettings>[] = [
  { key: 'protocol', valueName: 'Protocol', type: 'dword' },
  { key: 'host', valueName: 'HostName', type: 'string' },
  { key: 'portNumber', valueName: 'PortNumber', type: 'dword' },
  { key: 'description', valueName: 'Description', type: 'string' },
  { key: 'connectTimeoutMs', valueName: 'ConnectTimeoutMs', type: 'dword' },
  { key: 'writeTimeoutMs', valueName: 'WriteTimeoutMs', type: 'dword' },
  { key: 'finWaitMs', valueName: 'FinWaitMs', type: 'dword' },
  { key: 'backChannel', valueName: 'BackChannel', type: 'boolean' },
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

const settingFields: readonly FormField[] = [
  {
    name: 'host',
    label: 'Host name or address',
    help: 'Where the printer is on the network.',
    required: true,
    type: 'text',
    maxLength: limits.hostLength,
  },
  {
    name: 'portNumber',
    label: 'TCP port',
    help: '9100 for most printers; print servers with several printers use 9101, 9102 …',
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
  {
    name: 'connectTimeoutMs',
    label: 'Connect time-out',
    help: 'How long one attempt to reach the printer takes; attempts are repeated.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.connectTimeoutMs,
  },
  {
    name: 'writeTimeoutMs',
    label: 'Write time-out',
    help: 'After this time without progress the printer is shown as waiting; nothing is given up.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.writeTimeoutMs,
  },
  {
    name: 'finWaitMs',
    label: 'Wait for the end',
    help: 'How long the printer may take to close the connection after the last byte.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.finWaitMs,
  },
  {
    name: 'backChannel',
    label: 'Back-channel',
    help: 'Keep what the printer sends back, for language monitors.',
    required: false,
    type: 'boolean',
    initial: true,
  },
];

export const tcpMonitorUI: MonitorUI = {
  version: 1,
  title: 'Raw TCP port (9100)',
  help: 'Sends documents as they are over a TCP connection, one connection a document.',
  addPort: [nameField, ...settingFields, ...snmpFields],
  configurePort: [...settingFields, ...snmpFields],
};

function bounded({ min, max, initial }: Readonly<Record<'min' | 'max' | 'initial', number>>) {
  return z.int().min(min).max(max).default(initial);
}
