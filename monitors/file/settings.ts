// The settings of a file port: their schema, their registry values and their form.
import { z } from 'zod';
import type { FormField, MonitorUI } from '../contract.ts';
import { longestPortNameLength } from '../port-name.ts';
import type { SettingRow } from '../registry-values.ts';
import { fileNameProblem } from './file-name.ts';
import { fileMonitorLimits as limits } from './limits.ts';

const file = z.string().superRefine((name, context) => {
  const message = fileNameProblem(name);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

export const fileSettingsSchema = z.strictObject({
  file,
  start: z.enum(['append', 'replace']).default('append'),
  description: z.string().max(limits.descriptionLength).default(''),
  writeTimeoutMs: z
    .int()
    .min(limits.writeTimeoutMs.min)
    .max(limits.writeTimeoutMs.max)
    .default(limits.writeTimeoutMs.initial),
});

export type FileSettings = z.output<typeof fileSettingsSchema>;

export const fileSettingRows: readonly SettingRow<keyof FileSettings>[] = [
  { key: 'file', valueName: 'File', type: 'string' },
  { key: 'start', valueName: 'Start', type: 'string' },
  { key: 'description', valueName: 'Description', type: 'string' },
  { key: 'writeTimeoutMs', valueName: 'WriteTimeoutMs', type: 'dword' },
];

const nameField: FormField = {
  name: 'name',
  label: 'Port name',
  help: 'What the port is called here.',
  required: true,
  type: 'text',
  maxLength: longestPortNameLength,
};

const settingFields: readonly FormField[] = [
  {
    name: 'file',
    label: 'File or FIFO',
    help: 'A plain name in the output folder of the data folder. A file is made; a FIFO is not.',
    required: true,
    type: 'text',
    maxLength: limits.nameLength,
  },
  {
    name: 'start',
    label: 'Each document',
    help: 'Where a document begins in a file; a FIFO just takes it.',
    required: false,
    type: 'choice',
    initial: 'append',
    options: [
      { value: 'append', label: 'comes after the one before' },
      { value: 'replace', label: 'replaces the one before' },
    ],
  },
  {
    name: 'description',
    label: 'Description',
    help: 'Anything that helps people: who reads it, whom to call.',
    required: false,
    type: 'text',
    maxLength: limits.descriptionLength,
    initial: '',
  },
  {
    name: 'writeTimeoutMs',
    label: 'Write time-out',
    help: 'After this time without progress a FIFO is shown as waiting; nothing is given up.',
    required: false,
    type: 'integer',
    unit: 'ms',
    ...limits.writeTimeoutMs,
  },
];

export const fileMonitorUI: MonitorUI = {
  version: 1,
  title: 'File',
  help: 'Writes documents as they are into a file or a FIFO of the data folder.',
  addPort: [nameField, ...settingFields],
  configurePort: settingFields,
};
