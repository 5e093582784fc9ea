// Which names a printer may have: they are the last part of URIs, in logs and on the page.
import { refused, type Refusal } from '../errors/codes.ts';
import { printingLimits } from '../limits/printing-limits.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Names are compared without regard to case, in one Unicode form. */
export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Undefined: the name is fine. */
export function checkPrinterName(name: string): Refusal | undefined {
  const problem = nameProblem(name);
  if (problem === undefined) return undefined;
  return refused(
    'value-not-supported',
    `a printer can not be called ${JSON.stringify(name.slice(0, 200))}: ${problem}`,
  );
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  if (!name.isWellFormed()) return 'the name is not valid Unicode';
  const octets = Buffer.byteLength(name);
  if (octets > printingLimits.nameOctets) {
    return `it has ${octets} octets, at most ${printingLimits.nameOctets} are possible`;
  }
  // C0, DEL, C1, and the format characters that hide or turn text.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return 'it contains a control character';
  if (/[/?#]/.test(name)) return 'it contains /, ? or #';
  if (name !== name.trim()) return 'it begins or ends with a space';
  if (name === '.' || name === '..') return 'it would change the path of its URI';
  if (isUuid(name)) return 'it looks like the id of a printer';
  return undefined;
}
