// Words, numbers and times in the reader's language.
import { signal } from '@preact/signals';
import { en, type TextKey } from './strings/en.ts';
import { pt } from './strings/pt.ts';
import { saidPt } from './strings/said-pt.ts';
import { type Sentences, translated } from './strings/translated.ts';

const languages = { en, pt } as const;

export type Language = keyof typeof languages;

export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  pt: 'Português',
};

const storageKey = 'platen.language';

/** What the reader chose, else what the browser prefers, else English. */
export const language = signal<Language>(firstKnown());

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  document.documentElement.lang = chosen;
  localStorage.setItem(storageKey, chosen);
}

export function isLanguage(text: string | null): text is Language {
  return text !== null && Object.hasOwn(languages, text);
}

function firstKnown(): Language {
  const kept = localStorage.getItem(storageKey);
  if (isLanguage(kept)) return kept;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find(isLanguage) ?? 'en';
}

/** A text with its `{names}` filled in. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text: string = languages[language.value][key];
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

const severities = /-(report|warning|error)$/;

/** A printer-state-reasons keyword for people; one that nobody translated shows as it is. */
export function reasonText(keyword: string): string {
  const bare = keyword.replace(severities, '');
  for (const key of [`reason.${keyword}`, `reason.${bare}`]) if (isTextKey(key)) return t(key);
  return keyword.replaceAll('-', ' ');
}

const saidIn: Readonly<Record<Language, Sentences>> = { en: {}, pt: saidPt };

/** What a monitor or a device says, in the reader's language where somebody translated it. */
export function said(text: string): string {
  return translated(text, saidIn[language.value]);
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

export function bytesText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), byteUnits.length - 1);
  const unit = byteUnits[power] ?? 'byte';
  const format = new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: power === 0 ? 0 : 1,
  });
  return format.format(bytes / 1000 ** power);
}

export interface MomentView {
  readonly ms: number;
  readonly trusted: boolean;
}

/** Times of before the clock was set are marked with a question mark. */
export function timeText({ ms, trusted }: MomentView): string {
  const format = new Intl.DateTimeFormat(language.value, {
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return `${format.format(ms)}${trusted ? '' : ' (?)'}`;
}
