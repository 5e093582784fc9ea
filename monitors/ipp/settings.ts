// The settings of an IPP port: their schema, their registry values and their form.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { snmpFields, snmpSettingRows, snmpShape } from '../snmp/settings.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { readIppTarget } from './target.ts';

const uri = z
  .string()
  .max(limits.uriLength)
  .superRefine((text, context) => {
    const target = readIppTarget(text);
    if (target.kind === 'wrong') context.addIssue({ code: 'custom', message: target.message });
  });

export const ippSettingsSchema = z
  .strictObject({
    uri,
    description: z.string().max(limits.descriptionLength).default(''),
    userName: z
      .string()
      .max(limits.userNameLength)
      .regex(/^[^:\p{Cc}]*$/u)
      .default(''),
    password: z
      .string()
      .max(limits.passwordLength)
      .regex(/^\P{Cc}*$/u)
      .default(''),
    /** SHA-256 of the certificate in lower-case hex; empty until the first connection. */
    certificate: z
      .string()
      .regex(/^([0-9a-f]{64})?$/, 'is no SHA-256 in hex')
      .default(''),
    /** What the printer last said of itself, as JSON: clients are told before it answers again. */
    learned: z.string().max(limits.learnedLength).default(''),
    connectTimeoutMs: z
      .int()
      .min(limits.connectTimeoutMs.min)
      .max(limits.connectTimeoutMs.max)
      .default(limits.connectTimeoutMs.initial),
    ...snmpShape,
  })
  .superRefine(({ userName, password }, context) => {
    if (password === '' || userName !== '') return;
    context.addIssue({ code: 'custom', path: ['userName'], message: 'belongs to the password' });
  });

export type IppSettings = z.output<typeof ippSettingsSchema>;

export const ippSettingRows: readonly SettingRow<keyof IppSettings>[] = [
  { key: 'uri', valueName: 'Uri', type: 'string' },
  { key: 'description', valueName: 'Description', type: 'string' },
  { key: 'userName', valueName: 'UserName', type: 'string' },
  { key: 'password', valueName: 'Password', type: 'string' },
  { key: 'certificate', valueName: 'Certificate', type: 'string' },
  { key: 'learned', valueName: 'Learned', type: 'string' },
  { key: 'connectTimeoutMs', valueName: 'ConnectTimeoutMs', type: 'dword' },
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
    name: 'uri',
    label: 'Printer URI',
    help: 'ipps://printer.example/ipp/print for most printers; ipp:// where it has no TLS.',
    required: true,
    type: 'text',
    maxLength: limits.uriLength,
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
    name: 'userName',
    label: 'User name',
    help: 'For printers that ask who prints; sent only where there is a password too.',
    required: false,
    type: 'text',
    maxLength: limits.userNameLength,
    initial: '',
  },
  {
    name: 'password',
    label: 'Password',
    help: 'Sent by TLS only; it is never shown again.',
    required: false,
    type: 'secret',
    maxLength: limits.passwordLength,
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

export const ippMonitorUI: MonitorUI = {
  version: 1,
  title: 'IPP port (ipp and ipps)',
  help: 'Sends documents by IPP and follows each job to its end on the printer.',
  addPort: [nameField, ...settingFields, ...snmpFields],
  configurePort: [...settingFields, ...snmpFields],
};
