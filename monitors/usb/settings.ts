// The settings of a USB port: their schema, their registry values and their form.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { ippMonitorLimits } from '../ipp/limits.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { deviceKeyPattern } from './identity.ts';
import { usbMonitorLimits as limits } from './limits.ts';

const usbProtocols = ['auto', 'raw', 'ipp'] as const;

export const usbSettingsSchema = z.strictObject({
  device: z
    .string()
    .max(limits.deviceKeyLength)
    .regex(deviceKeyPattern, 'names a USB printer as ListDevices does: usb://1209:f020/serial/1'),
  /** What documents go by; `auto`: raw where the printer has an interface for that, else IPP. */
  protocol: z.enum(usbProtocols).default('auto'),
  description: z.string().max(limits.descriptionLength).default(''),
  /** By IPP: the printer's key, and behind a line's end what it last said of itself. */
  learned: z
    .string()
    .max(limits.deviceKeyLength + 1 + ippMonitorLimits.learnedLength)
    .default(''),
  writeTimeoutMs: z
    .int()
    .min(limits.writeTimeoutMs.min)
    .max(limits.writeTimeoutMs.max)
    .default(limits.writeTimeoutMs.initial),
});

export type UsbSettings = z.output<typeof usbSettingsSchema>;

export const usbSettingRows: readonly SettingRow<keyof UsbSettings>[] = [
  { key: 'device', valueName: 'Device', type: 'string' },
  { key: 'protocol', valueName: 'Protocol', type: 'string' },
  { key: 'description', valueName: 'Description', type: 'string' },
  { key: 'learned', valueName: 'Learned', type: 'string' },
  { key: 'writeTimeoutMs', valueName: 'WriteTimeoutMs', type: 'dword' },
];

const nameField: FormField = {
  name: 'name',
  label: 'Port name',
  help: 'What the port is called here: USB001, for instance.',
  required: true,
  type: 'text',
  maxLength: longestPortNameLength,
};

const settingFields: readonly FormField[] = [
  {
    name: 'device',
    label: 'Printer',
    help: 'By its serial number it is known in every socket; by its socket, whatever is there.',
    required: true,
    type: 'text',
    maxLength: limits.deviceKeyLength,
  },
  {
    name: 'protocol',
    label: 'Protocol',
    help: 'raw: documents as they are. ipp: IPP over USB; the printer tells when it printed.',
    required: false,
    type: 'choice',
    options: [
      { value: 'auto', label: 'raw where the printer takes it, else IPP' },
      { value: 'raw', label: 'raw' },
      { value: 'ipp', label: 'IPP over USB' },
    ],
    initial: 'auto',
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
    name: 'writeTimeoutMs',
    label: 'Write time-out',
    help: 'After this time without progress the printer is shown as waiting; nothing is given up.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.writeTimeoutMs,
  },
];

export const usbMonitorUI: MonitorUI = {
  version: 1,
  title: 'USB port',
  help: 'Sends documents to a printer at a USB socket of this box, as they are or by IPP over USB.',
  addPort: [nameField, ...settingFields],
  configurePort: settingFields,
};
