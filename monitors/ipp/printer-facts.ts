// What an IPP printer says of itself, read from any answer at all (RFC 8011 5.4, PWG 5100.9).
import { type DeviceReason, type DeviceReasonKeyword, deviceReasonKeywords } from '../contract.ts';
import { uniteReasons } from '../device-status.ts';
import type { IppMessage } from '../wire/ipp/message.ts';
import { attributeOf, first, payloadOf, wordingOf } from '../wire/ipp/values.ts';
import { ippMonitorLimits as limits } from './limits.ts';

export interface PrinterFacts {
  readonly state: 'idle' | 'processing' | 'stopped' | undefined;
  readonly accepting: boolean;
  readonly reasons: readonly DeviceReason[];
  /** For people. */
  readonly message: string | undefined;
  /** Empty: it does not say. */
  readonly formats: readonly string[];
  readonly operations: ReadonlySet<number>;
  readonly makeAndModel: string | undefined;
}

/** Asked for by name: a printer has hundreds of others. */
export const printerFactNames: readonly string[] = [
  'printer-state',
  'printer-state-reasons',
  'printer-state-message',
  'printer-is-accepting-jobs',
  'document-format-supported',
  'operations-supported',
  'printer-make-and-model',
];

const printerStates = { 3: 'idle', 4: 'processing', 5: 'stopped' } as const;

export function readPrinterFacts(answer: IppMessage): PrinterFacts {
  const one = (name: string) => first(answer, 'printer-attributes', name);
  const all = (name: string) => attributeOf(answer, 'printer-attributes', name)?.values ?? [];
  const state = payloadOf(one('printer-state'), 'enum');
  const keywords = all('printer-state-reasons')
    .slice(0, limits.stateReasons)
    .flatMap((value) => payloadOf(value, 'keyword') ?? []);
  const reasons = reasonsOf(keywords, state === 5);
  const words = wordingOf(one('printer-state-message')) ?? '';
  return {
    state: state === 3 || state === 4 || state === 5 ? printerStates[state] : undefined,
    accepting: payloadOf(one('printer-is-accepting-jobs'), 'boolean') !== false,
    reasons,
    message: words === '' ? namesOf(keywords) : shown(words),
    formats: all('document-format-supported')
      .slice(0, limits.formats)
      .flatMap((value) => payloadOf(value, 'mimeMediaType') ?? []),
    operations: new Set(
      all('operations-supported').flatMap((value) => payloadOf(value, 'enum') ?? []),
    ),
    makeAndModel: wordingOf(one('printer-make-and-model')),
  };
}

/** A keyword without a severity counts as what the printer's state says of it (RFC 8011 5.4.12). */
function reasonsOf(keywords: readonly string[], stopped: boolean): readonly DeviceReason[] {
  return uniteReasons(
    keywords.flatMap((text): readonly DeviceReason[] => {
      if (text === 'none' || text === '') return [];
      const [, base = text, suffix] = /^(.*)-(report|warning|error)$/.exec(text) ?? [];
      const plain = stopped ? 'error' : 'warning';
      return [{ keyword: keywordOf(base), severity: severityOf(suffix) ?? plain }];
    }),
  );
}

function keywordOf(base: string): DeviceReasonKeyword {
  const known = deviceReasonKeywords.find((keyword) => keyword === base);
  return known ?? otherNames.get(base) ?? 'other';
}

const otherNames: ReadonlyMap<string, DeviceReasonKeyword> = new Map([
  ['offline', 'offline-report'],
  ['moving-to-paused', 'paused'],
  ['shutdown', 'power-down'],
  ['fuser-over-temp-wait', 'fuser-over-temp'],
]);

function severityOf(suffix: string | undefined): DeviceReason['severity'] | undefined {
  return suffix === 'report' || suffix === 'warning' || suffix === 'error' ? suffix : undefined;
}

function namesOf(keywords: readonly string[]): string | undefined {
  const names = keywords.filter((keyword) => keyword !== 'none');
  return names.length === 0 ? undefined : shown(names.join(', '));
}

/** What a printer says, as a line that can't hurt. */
export function shown(words: string): string {
  return words
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, limits.messageLength);
}
