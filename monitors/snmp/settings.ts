// The settings by which a network port's printer is asked by SNMP: the same for all kinds of port.
import { z } from 'zod';
import type { SnmpCredentials } from '../../hal/snmp.ts';
import type { FormField } from '../contract.ts';
import type { SettingRow } from '../registry-values.ts';
import { snmpPollLimits as limits } from './limits.ts';

const password = z
  .string()
  .max(limits.passwordLength.max)
  .refine((text) => text === '' || text.length >= limits.passwordLength.min, {
    error: `needs at least ${limits.passwordLength.min} characters`,
  });

/** Without defaults: to change some. */
const snmpChanges = {
  snmpEnabled: z.boolean(),
  snmpVersion: z.enum(['1', '2c', '3']),
  snmpCommunity: z
    .string()
    .max(limits.communityLength)
    .regex(/^[\x21-\x7e]*$/, 'a community has visible ASCII characters'),
  snmpUser: z
    .string()
    .max(limits.userLength)
    .regex(/^\P{C}*$/u),
  snmpAuthProtocol: z.enum(['sha1', 'sha256', 'sha512']),
  snmpAuthPassword: password,
  snmpPrivProtocol: z.enum(['aes128', 'aes256']),
  snmpPrivPassword: password,
  snmpPort: z.int().min(limits.port.min).max(limits.port.max),
  snmpDeviceIndex: z.int().min(limits.deviceIndex.min).max(limits.deviceIndex.max),
  snmpPollSeconds: z.int().min(limits.pollSeconds.min).max(limits.pollSeconds.max),
};

/** Nothing is asked before somebody switches it on and says as whom. */
export const snmpShape = {
  snmpEnabled: snmpChanges.snmpEnabled.default(false),
  snmpVersion: snmpChanges.snmpVersion.default('2c'),
  snmpCommunity: snmpChanges.snmpCommunity.default(''),
  snmpUser: snmpChanges.snmpUser.default(''),
  snmpAuthProtocol: snmpChanges.snmpAuthProtocol.default('sha256'),
  snmpAuthPassword: snmpChanges.snmpAuthPassword.default(''),
  snmpPrivProtocol: snmpChanges.snmpPrivProtocol.default('aes128'),
  snmpPrivPassword: snmpChanges.snmpPrivPassword.default(''),
  snmpPort: snmpChanges.snmpPort.default(limits.port.initial),
  snmpDeviceIndex: snmpChanges.snmpDeviceIndex.default(limits.deviceIndex.initial),
  snmpPollSeconds: snmpChanges.snmpPollSeconds.default(limits.pollSeconds.initial),
};

const snmpSettings = z.object(snmpShape);

export type SnmpSettings = z.output<typeof snmpSettings>;

/** Never shown again once they were set. */
export const snmpSecrets = ['snmpCommunity', 'snmpAuthPassword', 'snmpPrivPassword'] as const;

/** TCPMON's value names where it has them. */
export const snmpSettingRows: readonly SettingRow<keyof SnmpSettings>[] = [
  { key: 'snmpEnabled', valueName: 'SNMP Enabled', type: 'boolean' },
  { key: 'snmpVersion', valueName: 'SNMP Version', type: 'string' },
  { key: 'snmpCommunity', valueName: 'SNMP Community', type: 'string' },
  { key: 'snmpUser', valueName: 'SNMP User', type: 'string' },
  { key: 'snmpAuthProtocol', valueName: 'SNMP AuthProtocol', type: 'string' },
  { key: 'snmpAuthPassword', valueName: 'SNMP AuthPassword', type: 'string' },
  { key: 'snmpPrivProtocol', valueName: 'SNMP PrivProtocol', type: 'string' },
  { key: 'snmpPrivPassword', valueName: 'SNMP PrivPassword', type: 'string' },
  { key: 'snmpPort', valueName: 'SNMP Port', type: 'dword' },
  { key: 'snmpDeviceIndex', valueName: 'SNMP Index', type: 'dword' },
  { key: 'snmpPollSeconds', valueName: 'SNMP PollSeconds', type: 'dword' },
];

export const snmpFields: readonly FormField[] = [
  {
    name: 'snmpEnabled',
    label: 'Ask by SNMP',
    help: 'Reads state, supplies and counters from the printer; needs a community or a user.',
    required: false,
    type: 'boolean',
    initial: false,
  },
  {
    name: 'snmpVersion',
    label: 'SNMP version',
    help: '1 and 2c send a community, 3 a user.',
    required: false,
    type: 'choice',
    initial: '2c',
    options: [
      { value: '1', label: '1' },
      { value: '2c', label: '2c' },
      { value: '3', label: '3' },
    ],
  },
  {
    name: 'snmpCommunity',
    label: 'SNMP community',
    help: 'As the printer has it; it is never shown again.',
    required: false,
    type: 'secret',
    maxLength: limits.communityLength,
  },
  {
    name: 'snmpUser',
    label: 'SNMP user',
    help: 'The user of version 3.',
    required: false,
    type: 'text',
    maxLength: limits.userLength,
    initial: '',
  },
  {
    name: 'snmpAuthProtocol',
    label: 'Authentication',
    help: 'How the user proves the password.',
    required: false,
    type: 'choice',
    initial: 'sha256',
    options: ['sha1', 'sha256', 'sha512'].map((value) => ({ value, label: value })),
  },
  {
    name: 'snmpAuthPassword',
    label: "User's password",
    help: 'At least 8 characters; it is never shown again.',
    required: false,
    type: 'secret',
    maxLength: limits.passwordLength.max,
  },
  {
    name: 'snmpPrivProtocol',
    label: 'Encryption',
    help: 'Used where there is a password for it.',
    required: false,
    type: 'choice',
    initial: 'aes128',
    options: ['aes128', 'aes256'].map((value) => ({ value, label: value })),
  },
  {
    name: 'snmpPrivPassword',
    label: 'Password for encryption',
    help: 'At least 8 characters; empty: nothing is encrypted. It is never shown again.',
    required: false,
    type: 'secret',
    maxLength: limits.passwordLength.max,
  },
  {
    name: 'snmpPort',
    label: 'SNMP port',
    help: 'UDP port of the printer; 161 for all but special set-ups.',
    required: false,
    type: 'integer',
    ...limits.port,
  },
  {
    name: 'snmpDeviceIndex',
    label: 'SNMP device index',
    help: '1 for most; print servers number their printers.',
    required: false,
    type: 'integer',
    ...limits.deviceIndex,
  },
  {
    name: 'snmpPollSeconds',
    label: 'SNMP interval',
    help: 'What changes at the printer is told within this time; it is asked a little more often.',
    required: false,
    type: 'integer',
    unit: 's',
    ...limits.pollSeconds,
  },
];

/** As whom to ask; undefined: nobody entered who. */
export function credentialsOf(settings: SnmpSettings): SnmpCredentials | undefined {
  const { snmpVersion: version, snmpCommunity: community, snmpUser: user } = settings;
  if (version !== '3') return community === '' ? undefined : { version, community };
  if (user === '') return undefined;
  const { snmpAuthPassword, snmpPrivPassword, snmpAuthProtocol, snmpPrivProtocol } = settings;
  const auth =
    snmpAuthPassword === ''
      ? undefined
      : { protocol: snmpAuthProtocol, password: snmpAuthPassword };
  const priv =
    auth === undefined || snmpPrivPassword === ''
      ? undefined
      : { protocol: snmpPrivProtocol, password: snmpPrivPassword };
  return { version, user, auth, priv };
}
