// Why an IPP printer refused something, in words for people.
import type { IppMessage } from '../wire/ipp/message.ts';
import { ippStatusName } from '../wire/ipp/status.ts';
import { first, wordingOf } from '../wire/ipp/values.ts';
import { shown } from './printer-facts.ts';

/** A status that is no success, as a reason: words, status, and whether waiting may help. */
export function refusalText(answer: IppMessage): string {
  const status = ippStatusName(answer.code) ?? `status 0x${answer.code.toString(16)}`;
  const words = wordingOf(first(answer, 'operation-attributes', 'status-message')) ?? '';
  return words === '' ? `the printer said ${status}` : `${shown(words)} (${status})`;
}
