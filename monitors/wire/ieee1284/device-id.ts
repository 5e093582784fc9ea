// The device ID of IEEE 1284 (7.6): what a printer says it is, read from any octets at all.

export interface DeviceId {
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  /** Upper case, in the printer's order: `PJL`, `PCL`, `ZPL`. */
  readonly commandSets: readonly string[];
  readonly serialNumber: string | undefined;
  readonly description: string | undefined;
  readonly deviceClass: string | undefined;
  /** Every key as it came, in upper case; the first of a name counts. */
  readonly fields: ReadonlyMap<string, string>;
}

export const deviceIdLimits = {
  octets: 4_096,
  fields: 64,
  valueLength: 512,
  commandSets: 64,
} as const;

/** The short names that the standard and printers use, by what they mean. */
const keys = {
  manufacturer: ['MFG', 'MANUFACTURER', 'MFR'],
  model: ['MDL', 'MODEL'],
  commandSets: ['CMD', 'COMMAND SET', 'COMMANDSET'],
  serialNumber: ['SN', 'SERN', 'SERIALNUMBER', 'SERIAL NUMBER'],
  description: ['DES', 'DESCRIPTION'],
  deviceClass: ['CLS', 'CLASS'],
} as const;

/**
 * Reads `KEY:value;…`, with or without the two octets of length before it, whatever they say: some
 * devices count them in, some don't, and some repeat their ID without an end.
 */
export function readDeviceId(octets: Uint8Array): DeviceId {
  const bounded = octets.subarray(0, deviceIdLimits.octets);
  const withoutLength = startsWithLength(bounded) ? bounded.subarray(2) : bounded;
  const text = Buffer.from(withoutLength).toString('latin1');
  const fields = readFields(text);
  const valueOf = (names: readonly string[]): string | undefined =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined && value !== '');
  return {
    manufacturer: valueOf(keys.manufacturer),
    model: valueOf(keys.model),
    commandSets: (valueOf(keys.commandSets) ?? '')
      .split(',')
      .map((name) => name.trim().toUpperCase())
      .filter((name) => name !== '')
      .slice(0, deviceIdLimits.commandSets),
    serialNumber: valueOf(keys.serialNumber),
    description: valueOf(keys.description),
    deviceClass: valueOf(keys.deviceClass),
    fields,
  };
}

/** A key begins with a letter; a length's first octet is none for any ID of a sane size. */
function startsWithLength(octets: Uint8Array): boolean {
  const [first = 0] = octets;
  return octets.length >= 2 && !/[A-Za-z\s]/.test(String.fromCharCode(first));
}

function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(';')) {
    const colon = part.indexOf(':');
    if (colon <= 0) continue;
    const key = cleaned(part.slice(0, colon)).toUpperCase();
    // The same key again is the ID from the start: what follows is known.
    if (key === '' || fields.has(key)) continue;
    if (fields.size >= deviceIdLimits.fields) break;
    fields.set(key, cleaned(part.slice(colon + 1)));
  }
  return fields;
}

function cleaned(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return plain.slice(0, deviceIdLimits.valueLength);
}
