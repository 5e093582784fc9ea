// The commands of LPD and of its job reception, one row each, read and written (RFC 1179 5 and 6).
import { LpdDecodeError, LpdEncodeError } from './errors.ts';
import { lpdLimits } from './limits.ts';
import { hasControlCharacter, readLpdText } from './text.ts';

/** Daemon commands by their first octet (RFC 1179 5.1 to 5.5). */
export const lpdCommandCodes = {
  'print-waiting-jobs': 1,
  'receive-job': 2,
  'short-queue-state': 3,
  'long-queue-state': 4,
  'remove-jobs': 5,
} as const;

export type LpdCommand =
  | { readonly kind: 'print-waiting-jobs' | 'receive-job'; readonly queue: string }
  | {
      readonly kind: 'short-queue-state' | 'long-queue-state';
      readonly queue: string;
      /** User names and job numbers; none asks for all. */
      readonly list: readonly string[];
    }
  | {
      readonly kind: 'remove-jobs';
      readonly queue: string;
      /** Who asks. */
      readonly agent: string;
      readonly list: readonly string[];
    };

/** Subcommands of job reception by their first octet (RFC 1179 6.1 to 6.3). */
export const lpdSubcommandCodes = { abort: 1, 'control-file': 2, 'data-file': 3 } as const;

export type LpdSubcommand =
  | { readonly kind: 'abort' }
  | {
      readonly kind: 'control-file' | 'data-file';
      readonly sizeBytes: number;
      /** `cfA001host`, `dfA001host`: what follows `/^[cd]f/` is the sender's. */
      readonly name: string;
    };

/** The octet that answers (RFC 1179 3): zero is yes, all others are no. */
export const lpdAcknowledged = 0;
export const lpdRefused = 1;

const space = 0x20;

/** Reads a line without its line feed. Throws LpdDecodeError. */
export function decodeLpdCommand(line: Uint8Array): LpdCommand {
  checkLength(line);
  const kind = kindOf(lpdCommandCodes, line[0]);
  const [queue, ...operands] = words(line);
  if (queue === undefined) throw new LpdDecodeError('bad-queue', 'no queue is named', 1);
  checkName(queue, lpdLimits.queueOctets, 'bad-queue', 1);
  switch (kind) {
    case 'print-waiting-jobs':
    case 'receive-job':
      return { kind, queue };
    case 'short-queue-state':
    case 'long-queue-state':
      return { kind, queue, list: checkList(operands) };
    case 'remove-jobs': {
      const [agent, ...list] = operands;
      if (agent === undefined) throw new LpdDecodeError('bad-line', 'no agent is named', 1);
      return { kind, queue, agent, list: checkList(list) };
    }
  }
}

/** Reads a line without its line feed. Throws LpdDecodeError. */
export function decodeLpdSubcommand(line: Uint8Array): LpdSubcommand {
  checkLength(line);
  const kind = kindOf(lpdSubcommandCodes, line[0]);
  if (kind === 'abort') return { kind };
  const [count = '', name] = words(line);
  if (!/^\d+$/.test(count) || count.length > lpdLimits.countDigits) {
    throw new LpdDecodeError('bad-count', 'the count is no number of octets', 1);
  }
  if (name === undefined) throw new LpdDecodeError('bad-name', 'no file is named', 1);
  checkName(name, lpdLimits.fileNameOctets, 'bad-name', 1);
  return { kind, sizeBytes: Number(count), name };
}

/** The whole line with its line feed. Throws LpdEncodeError. */
export function encodeLpdCommand(command: LpdCommand): Uint8Array {
  const operands = operandsOf(command);
  return encodeLine(lpdCommandCodes[command.kind], [command.queue, ...operands]);
}

/** The whole line with its line feed. Throws LpdEncodeError. */
export function encodeLpdSubcommand(command: LpdSubcommand): Uint8Array {
  const code = lpdSubcommandCodes[command.kind];
  if (command.kind === 'abort') return encodeLine(code, []);
  const { sizeBytes, name } = command;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new LpdEncodeError(`${sizeBytes} is no number of octets`);
  }
  return encodeLine(code, [String(sizeBytes), name]);
}

function operandsOf(command: LpdCommand): readonly string[] {
  switch (command.kind) {
    case 'print-waiting-jobs':
    case 'receive-job':
      return [];
    case 'short-queue-state':
    case 'long-queue-state':
      return command.list;
    case 'remove-jobs':
      return [command.agent, ...command.list];
  }
}

function encodeLine(code: number, parts: readonly string[]): Uint8Array {
  const wrong = parts.find((part) => part === '' || /\s/.test(part) || hasControlCharacter(part));
  if (wrong !== undefined) {
    throw new LpdEncodeError(`${JSON.stringify(wrong)} can't stand in an LPD line`);
  }
  const line = Buffer.from(`${String.fromCharCode(code)}${parts.join(' ')}\n`, 'utf8');
  if (line.length - 1 <= lpdLimits.lineOctets) return line;
  throw new LpdEncodeError(`a line of ${line.length - 1} octets is too long for LPD`);
}

function kindOf<Kind extends string>(
  codes: Readonly<Record<Kind, number>>,
  code: number | undefined,
): Kind {
  for (const kind in codes) {
    if (codes[kind] === code) return kind;
  }
  throw new LpdDecodeError('unknown-command', `code ${code ?? 'of an empty line'}`, 0);
}

/** The operands behind the code: parted by white space, which is SP, HT, VT and FF (RFC 1179 3). */
function words(line: Uint8Array): readonly string[] {
  const parts: string[] = [];
  let start = 1;
  for (let at = 1; at <= line.length; at += 1) {
    const octet = line[at];
    const isGap = octet === space || octet === 0x09 || octet === 0x0b || octet === 0x0c;
    if (octet !== undefined && !isGap) continue;
    // A carriage return before the line feed is a habit of some clients.
    const end = octet === undefined && line[at - 1] === 0x0d ? at - 1 : at;
    if (end > start) parts.push(readLpdText(line.subarray(start, end)));
    start = at + 1;
  }
  return parts;
}

function checkLength(line: Uint8Array): void {
  if (line.length <= lpdLimits.lineOctets) return;
  throw new LpdDecodeError('too-long', `a line of ${line.length} octets`, lpdLimits.lineOctets);
}

function checkName(
  name: string,
  maxOctets: number,
  fault: 'bad-queue' | 'bad-name',
  offsetBytes: number,
): void {
  const isName = !hasControlCharacter(name) && !name.includes('/') && !/^\.{1,2}$/.test(name);
  if (isName && Buffer.byteLength(name) <= maxOctets) return;
  throw new LpdDecodeError(fault, 'a name with what no name can have', offsetBytes);
}

function checkList(list: readonly string[]): readonly string[] {
  if (list.some(hasControlCharacter)) {
    throw new LpdDecodeError('bad-line', 'a control character in the list', 1);
  }
  if (list.length <= lpdLimits.listEntries) return list;
  throw new LpdDecodeError('too-many', `${list.length} users and jobs`, 1);
}
