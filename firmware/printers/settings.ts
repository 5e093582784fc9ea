// The settings of a printer: checked at every door alike, and what they are when nobody says
// otherwise.
import { refused, type Refusal } from '../errors/codes.ts';
import { printingLimits } from '../limits/printing-limits.ts';
import { checkAccessLists } from './access.ts';
import type { Printer, PrinterSettings } from './printer.ts';

export const anyFormat = 'application/octet-stream';

export const defaultSettings: Required<PrinterSettings> = {
  description: '',
  location: '',
  portNames: [],
  accepting: true,
  enabled: true,
  holdNewJobs: false,
  note: '',
  defaults: {},
  quotas: {},
  access: {},
  raw: {},
  documentRetention: { jobs: 0 },
  historyRetention: { jobs: printingLimits.historyJobs },
  interrupted: 'restart',
  startPrinting: 'spooled',
  formats: [anyFormat],
};

/** Checks what is set; `portExists` answers for the monitors of this spooler. */
export function checkSettings(
  settings: PrinterSettings,
  portExists: (portName: string) => boolean,
): Refusal | undefined {
  for (const text of [settings.description, settings.location, settings.note]) {
    if (text !== undefined && Buffer.byteLength(text) > printingLimits.textOctets) {
      return refused(
        'value-not-supported',
        `description, location and note have at most ${printingLimits.textOctets} octets`,
      );
    }
  }
  return (
    checkPorts(settings.portNames ?? [], portExists) ??
    checkFormats(settings.formats ?? []) ??
    checkAccessLists(settings.access ?? {}) ??
    checkDefaults(settings.defaults ?? {})
  );
}

/** What each attribute may be is the business of its row in the attribute table. */
function checkDefaults(defaults: Readonly<Record<string, unknown>>): Refusal | undefined {
  const octets = Buffer.byteLength(JSON.stringify(defaults));
  if (octets > printingLimits.defaultsOctets) {
    return refused(
      'value-not-supported',
      `the defaults have ${octets} octets, at most ${printingLimits.defaultsOctets} are possible`,
    );
  }
  for (const [name, most] of [
    ['copies', printingLimits.copiesPerJob],
    ['job-priority', 100],
  ] as const) {
    const value = defaults[name];
    const fits = typeof value === 'number' && Number.isSafeInteger(value);
    if (value === undefined || (fits && value >= 1 && value <= most)) continue;
    return refused('value-not-supported', `the default of ${name} is 1 to ${most}`);
  }
  return undefined;
}

function checkPorts(
  portNames: readonly string[],
  portExists: (portName: string) => boolean,
): Refusal | undefined {
  if (portNames.length > printingLimits.portsPerPrinter) {
    return refused(
      'value-not-supported',
      `a printer has at most ${printingLimits.portsPerPrinter} ports`,
    );
  }
  if (new Set(portNames).size !== portNames.length) {
    return refused('value-not-supported', 'a port is named twice');
  }
  const missing = portNames.find((portName) => !portExists(portName));
  if (missing === undefined) return undefined;
  return refused('port-not-found', `there is no port ${JSON.stringify(missing.slice(0, 200))}`);
}

const mediaType = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/i;

function checkFormats(formats: readonly string[]): Refusal | undefined {
  if (formats.length > printingLimits.formatsPerPrinter) {
    return refused(
      'value-not-supported',
      `a printer has at most ${printingLimits.formatsPerPrinter} formats`,
    );
  }
  const wrong = formats.find((format) => !mediaType.test(format));
  if (wrong === undefined) return undefined;
  return refused(
    'value-not-supported',
    `${JSON.stringify(wrong.slice(0, 200))} is no media type (RFC 6838 4.2)`,
  );
}

/** application/octet-stream is always among them, each once, in lower case. */
export function normalSettings(settings: PrinterSettings): PrinterSettings {
  if (settings.formats === undefined) return settings;
  const formats = [...settings.formats.map((format) => format.toLowerCase()), anyFormat];
  return { ...settings, formats: [...new Set(formats)] };
}

/**
 * The formats that clients are offered (RFC 8011 5.4.22): those that somebody set, and where nobody
 * did, what the device says that it takes. application/octet-stream is always among them.
 */
export function offeredFormats(
  { formats }: Pick<Printer, 'formats'>,
  deviceFormats: readonly string[] = [],
): readonly string[] {
  const isSet = formats.some((format) => format !== anyFormat);
  return [...new Set([...(isSet ? formats : deviceFormats), anyFormat])];
}

/** Is this format among those offered? Parameters (`;charset=…`) don't matter. */
export function takesFormat(offered: readonly string[], format: string): boolean {
  const bare = (format.split(';')[0] ?? '').trim().toLowerCase();
  return bare === '' || bare === anyFormat || offered.includes(bare);
}
