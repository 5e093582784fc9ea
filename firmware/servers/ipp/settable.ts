// Which attributes Set-Printer-Attributes and Set-Job-Attributes may change (RFC 3380).
import { jobTemplate, jobTemplateNames } from './job-template.ts';

/** Their words are settings of the printer; NAME-default is its default for NAME. */
export const printerTextNames = [
  'printer-info',
  'printer-location',
  'printer-message-from-operator',
] as const;

/** Defaults that are the spooler's business are no more than advice, and stay out. */
const defaultNames: readonly string[] = jobTemplate
  .filter(({ name }) => !['overrides', 'page-ranges', 'copies', 'job-sheets'].includes(name))
  .map(({ name }) => `${name}-default`);

/** Printer data in IPP's words: SetPrinterDataEx, by Set-Printer-Attributes. */
export const driverInstallerName = 'printer-driver-installer';

export const printerSettableNames: readonly string[] = [
  ...printerTextNames,
  driverInstallerName,
  ...defaultNames,
];

export const jobSettableNames: readonly string[] = ['job-name', ...jobTemplateNames];
