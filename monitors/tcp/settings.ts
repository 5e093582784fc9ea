// The settings of a raw TCP port: their schema, their registry values and their form, in one table.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength, portNameProblem } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { snmpChanges, snmpFields, snmpSettingRows, snmpShape } from '../snmp/settings.ts';
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
const portNumber = z.int().min(limits.portNumber.min).max(limits.portNumber.max);
const description = z.string().max(limits.descriptionLength);
const connectTimeoutMs = boundedMs(limits.connectTimeoutMs);
const writeTimeoutMs = boundedMs(limits.writeTimeoutMs);
const finWaitMs = boundedMs(limits.finWaitMs);
const backChannel = z.boolean();

/**
 * A port without its name. TCPMON's double-spool flag is not among them: it only counts bytes for
 * LPR.
 */
export const tcpSettingsSchema = z.strictObject({
  protocol: protocol.default(rawProtocol),
  host,
  portNumber: portNumber.default(limits.portNumber.initial),
  description: description.default(''),
  connectTimeoutMs: connectTimeoutMs.default(limits.connectTimeoutMs.initial),
  writeTimeoutMs: writeTimeoutMs.default(limits.writeTimeoutMs.initial),
  finWaitMs: finWaitMs.default(limits.finWaitMs.initial),
  backChannel: backChannel.default(true),
  ...snmpShape,
});

export type TcpSettings = z.output<typeof tcpSettingsSchema>;

/** Some settings, to change those: no defaults here. */
export const tcpChangesSchema = z
  .strictObject({
    protocol,
    host,
    portNumber,
    description,
    connectTimeoutMs,
    writeTimeoutMs,
    finWaitMs,
    backChannel,
    ...snmpChanges,
  })
  .partial();

/** All settings of a port but its secrets, as GetConfigInfo answers them. */
export const tcpSettingsOutputSchema = tcpChangesSchema.required().omit({
  snmpCommunity: true,
  snmpAuthPassword: true,
  snmpPrivPassword: true,
});

export const portNameSchema = z.string().superRefine((name, context) => {
  const problem = portNameProblem(name);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

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

function boundedMs({ min, max }: { readonly min: number; readonly max: number }) {
  return z.int().min(min).max(max);
}
