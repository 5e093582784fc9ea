// The control file of an LPD job: its lines, and what they say of the job (RFC 1179 7).
import { LpdDecodeError, LpdEncodeError } from './errors.ts';
import { lpdLimits } from './limits.ts';
import { hasControlCharacter, readLpdText } from './text.ts';

/** One line: its letter and what follows. Letters that are not known here are kept. */
export interface LpdControlLine {
  readonly code: string;
  readonly operand: string;
}

/** The letters that name a data file, and how it is treated (RFC 1179 7.19 to 7.29). */
export const lpdFileFormats = {
  c: 'CIF',
  d: 'DVI',
  f: 'formatted text',
  g: 'plot',
  k: 'Kerberized LPR',
  l: 'literal octets',
  n: 'ditroff',
  o: 'PostScript',
  p: 'text with headers',
  r: 'Fortran carriage control',
  t: 'troff',
  v: 'Sun raster',
  z: 'Palladium',
} as const;

export type LpdFileFormat = keyof typeof lpdFileFormats;

/** One data file that the control file names. */
export interface LpdControlFileEntry {
  readonly name: string;
  readonly format: LpdFileFormat;
  /** How often it is named with that letter. */
  readonly copies: number;
  /** N: what the file was called at the sender. */
  readonly sourceName: string | undefined;
}

/** What the lines say of the job; undefined where a line is missing. */
export interface LpdJob {
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly jobName: string | undefined;
  readonly class: string | undefined;
  /** L: print a banner page, for this user. */
  readonly bannerFor: string | undefined;
  readonly files: readonly LpdControlFileEntry[];
}

/** Throws LpdDecodeError. A last line without its line feed is read too. */
export function decodeLpdControlFile(octets: Uint8Array): readonly LpdControlLine[] {
  if (octets.length > lpdLimits.controlFileOctets) {
    const detail = `a control file of ${octets.length} octets`;
    throw new LpdDecodeError('too-long', detail, lpdLimits.controlFileOctets);
  }
  const lines: LpdControlLine[] = [];
  let start = 0;
  while (start < octets.length) {
    const feed = octets.indexOf(0x0a, start);
    const end = feed < 0 ? octets.length : feed;
    const hasReturn = end > start && octets[end - 1] === 0x0d;
    const line = octets.subarray(start, hasReturn ? end - 1 : end);
    if (line.length > 0) lines.push(readLine(line, start));
    if (lines.length > lpdLimits.controlFileLines) {
      throw new LpdDecodeError('too-many', 'more lines than a control file has', start);
    }
    start = end + 1;
  }
  return lines;
}

/** Throws LpdEncodeError. */
export function encodeLpdControlFile(lines: readonly LpdControlLine[]): Uint8Array {
  const wrong = lines.find(
    ({ code, operand }) => !/^[!-~]$/.test(code) || hasControlCharacter(operand),
  );
  if (wrong !== undefined) {
    throw new LpdEncodeError(`${JSON.stringify(wrong)} can't stand in a control file`);
  }
  const octets = Buffer.from(lines.map(({ code, operand }) => `${code}${operand}\n`).join(''));
  if (octets.length <= lpdLimits.controlFileOctets) return octets;
  throw new LpdEncodeError(`a control file of ${octets.length} octets is too long`);
}

/** Copies are the same file named again; N names the file before it, or, in old clients, behind. */
export function lpdJobOf(lines: readonly LpdControlLine[]): LpdJob {
  const files: { -readonly [Key in keyof LpdControlFileEntry]: LpdControlFileEntry[Key] }[] = [];
  let waitingName: string | undefined;
  for (const { code, operand } of lines) {
    const last = files.at(-1);
    if (isFileFormat(code)) {
      if (last !== undefined && last.name === operand && last.format === code) {
        last.copies += 1;
      } else {
        files.push({ name: operand, format: code, copies: 1, sourceName: waitingName });
        waitingName = undefined;
      }
    } else if (code === 'N') {
      if (last !== undefined && last.sourceName === undefined) last.sourceName = operand;
      else waitingName = operand;
    }
  }
  const firstOf = (code: string) => lines.find((line) => line.code === code)?.operand;
  return {
    host: firstOf('H'),
    user: firstOf('P'),
    jobName: firstOf('J'),
    class: firstOf('C'),
    bannerFor: firstOf('L'),
    files,
  };
}

/** The parts of `dfA123host` (RFC 1179 6.2); undefined for a name of another form. */
export function parseLpdFileName(name: string):
  | {
      readonly kind: 'control' | 'data';
      readonly sequence: string;
      readonly jobNumber: number;
      readonly host: string;
    }
  | undefined {
  const match = /^([cd])f([A-Za-z])(\d{3})(.*)$/s.exec(name);
  if (match === null) return undefined;
  const [, letter, sequence = '', digits, host = ''] = match;
  return { kind: letter === 'c' ? 'control' : 'data', sequence, jobNumber: Number(digits), host };
}

/** The last three digits of the job's number, and the host (RFC 1179 6.2). */
export function lpdFileName(kind: 'control' | 'data', jobNumber: number, host: string): string {
  const digits = String(Math.abs(Math.trunc(jobNumber)) % 1000).padStart(3, '0');
  return `${kind === 'control' ? 'c' : 'd'}fA${digits}${host}`;
}

function readLine(line: Uint8Array, offsetBytes: number): LpdControlLine {
  const operand = readLpdText(line.subarray(1));
  const code = String.fromCharCode(line[0] ?? 0);
  if (!/^[!-~]$/.test(code)) {
    throw new LpdDecodeError('bad-line', 'a line begins with no letter', offsetBytes);
  }
  if (line.length - 1 > lpdLimits.controlOperandOctets) {
    throw new LpdDecodeError('too-long', `${line.length - 1} octets in one line`, offsetBytes);
  }
  if (hasControlCharacter(operand)) {
    throw new LpdDecodeError('bad-line', 'a control character in a line', offsetBytes);
  }
  return { code, operand };
}

function isFileFormat(code: string): code is LpdFileFormat {
  return Object.hasOwn(lpdFileFormats, code);
}
