// A line of the log as a syslog message (RFC 5424), with its facts as structured data.
import { tellingLimits as limits } from '../limits/telling-limits.ts';

export interface SyslogOrigin {
  readonly hostName: string;
  readonly processId: number;
}

/** Facility 3: system daemons. */
const facility = 3;
const severities: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6, debug: 7 };
/** The private enterprise number of examples (RFC 5612), until one is registered. */
const structuredId = 'platen@32473';
const nil = '-';

/**
 * One message in UTF-8, at most as long as receivers have to take; undefined where it is no line.
 */
export function syslogMessage(line: string, origin: SyslogOrigin): Uint8Array | undefined {
  const entry = parsed(line);
  if (entry === undefined) return undefined;
  const { level, time, message, room, ...facts } = entry;
  const priority = facility * 8 + (severities[textOf(level)] ?? severities['info'] ?? 6);
  const head = [
    `<${priority}>1`,
    headerText(textOf(time) || nil, 32),
    headerText(origin.hostName, 255),
    'platen',
    origin.processId,
    headerText(textOf(room) || nil, 32),
  ].join(' ');
  const data = Object.entries(facts).map(([name, value]) => parameter(name, value));
  const structured = data.length === 0 ? nil : `[${structuredId}${data.join('')}]`;
  // The mark says that the message is UTF-8 (RFC 5424 6.4).
  const text = `\u{FEFF}${textOf(message).replaceAll(/\p{Cc}/gu, ' ')}`;
  const whole = Buffer.from(`${head} ${structured} ${text}`);
  if (whole.length <= limits.syslogOctets) return whole;
  // Facts go first: a message cut in the middle of them would be none.
  return cut(Buffer.from(`${head} ${nil} ${text}`));
}

function cut(whole: Buffer): Uint8Array {
  let end = Math.min(whole.length, limits.syslogOctets);
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return whole.subarray(0, end);
}

/** PRINTUSASCII without spaces. */
function headerText(text: string, most: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, most) || nil;
}

/** SD-NAME has no =, ], " and no space; values escape ", \ and ]. */
function parameter(name: string, value: unknown): string {
  const plain = name.replaceAll(/[^\x21-\x7e]|[=\]"]/g, '_').slice(0, 32);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return ` ${plain}="${text.replaceAll(/["\\\]]/g, '\\$&').replaceAll(/\p{Cc}/gu, ' ')}"`;
}

/** Empty where it is no text: only our own log writes these members. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // What is no entry of the log is nobody's message.
    return undefined;
  }
}
