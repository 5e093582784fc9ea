// The IEEE 1284 device id: who a printer says it is, read from bytes that may be anything.

/** What is looked at of an id; real ones have less than 1 KiB. */
export const deviceIdLimits = { bytes: 4096, keys: 64, valueLength: 512 } as const;

export interface DeviceId {
  /** As the printer wrote it, without its length and without what is not printable. */
  readonly text: string;
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly serialNumber: string | undefined;
  /** The languages of the printer: `PJL`, `PCL`, `ZPL` … */
  readonly commandSets: readonly string[];
  readonly description: string | undefined;
}

/** IEEE 1284-2000 7.6: short and long names of the keys. */
const keysOf = {
  manufacturer: ['MFG', 'MANUFACTURER'],
  model: ['MDL', 'MODEL'],
  serialNumber: ['SN', 'SERN', 'SERIALNUMBER'],
  commandSets: ['CMD', 'COMMAND SET'],
  description: ['DES', 'DESCRIPTION'],
} as const;

/**
 * Reads an id as GET_DEVICE_ID gives it: two bytes of length, which count themselves, and the text.
 * Undefined where there is no key in it. Some printers write the length the wrong way round, or
 * none; some repeat the id for as long as one reads: what comes after the first repetition is left
 * out.
 */
export function parseDeviceId(bytes: Uint8Array): DeviceId | undefined {
  const fields = new Map<string, string>();
  const parts: string[] = [];
  for (const part of idText(bytes).split(';')) {
    const colon = part.indexOf(':');
    if (colon < 1) continue;
    const key = part.slice(0, colon).trim().toUpperCase();
    if (fields.has(key) || fields.size >= deviceIdLimits.keys) break;
    const value = part
      .slice(colon + 1)
      .trim()
      .slice(0, deviceIdLimits.valueLength);
    fields.set(key, value);
    parts.push(`${part.slice(0, colon).trim()}:${value};`);
  }
  if (fields.size === 0) return undefined;
  const find = (names: readonly string[]): string | undefined => {
    const value = names.map((name) => fields.get(name)).find((each) => each !== undefined);
    return value === '' ? undefined : value;
  };
  const commands = find(keysOf.commandSets) ?? '';
  return {
    text: parts.join(''),
    manufacturer: find(keysOf.manufacturer),
    model: find(keysOf.model),
    serialNumber: find(keysOf.serialNumber),
    commandSets: commands
      .split(',')
      .map((command) => command.trim())
      .filter((command) => command !== ''),
    description: find(keysOf.description),
  };
}

function idText(bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes;
  const isBig = fits((first << 8) | second, bytes.length);
  const length = isBig ? (first << 8) | second : (second << 8) | first;
  const start = fits(length, bytes.length) ? 2 : 0;
  const end = start === 2 ? length : bytes.length;
  const text = Array.from(bytes.subarray(start, Math.min(end, deviceIdLimits.bytes)), (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '',
  );
  return text.join('');
}

function fits(length: number, sizeBytes: number): boolean {
  return length > 2 && length <= sizeBytes;
}
