// The settings of a parallel port: their schema, their registry values and their form.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { parallelMonitorLimits as limits } from './limits.ts';

export const parallelSettingsSchema = z.strictObject({
  device: z
    .string()
    .regex(/^\/dev\/lp\d{1,3}$/, 'is a parallel port of this box, such as /dev/lp0'),
  description: z.string().max(limits.descriptionLength).default(''),
});

export type ParallelSettings = z.output<typeof parallelSettingsSchema>;

export const parallelSettingRows: readonly SettingRow<keyof ParallelSettings>[] = [
  { key: 'device', valueName: 'Device', type: 'string' },
  { key: 'description', valueName: 'Description', type: 'string' },
];

const nameField: FormField = {
  name: 'name',
  label: 'Port name',
  help: 'What the port is called here: LPT1, for instance.',
  required: true,
  type: 'text',
  maxLength: longestPortNameLength,
};

const settingFields: readonly FormField[] = [
  {
    name: 'device',
    label: 'Device',
    help: '/dev/lp0 is the first parallel port. A USB-parallel cable is a port of the kind "usb".',
    required: true,
    type: 'text',
    maxLength: '/dev/lp000'.length,
    initial: '/dev/lp0',
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

export const parallelMonitorUI: MonitorUI = {
  version: 1,
  title: 'Parallel port',
  help: 'Sends documents as they are to a printer at a parallel port of this box.',
  addPort: [nameField, ...settingFields],
  configurePort: settingFields,
};
