// Words of devices and strangers, made fit to be shown and to be names.
import { devicesLimits as limits } from '../limits/devices-limits.ts';

/** Without control and format characters, and not longer than it helps. */
export function shownText(text: string | undefined): string {
  return (text ?? '')
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, limits.textOctets);
}

/** Letters, digits, `-` and `_` alone: what every client takes as a name. '' where none is left. */
export function plainName(...parts: readonly string[]): string {
  return parts
    .join('-')
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_]+/g, '-')
    .slice(0, limits.nameLength)
    .replaceAll(/^-+|-+$/g, '');
}

/** The wanted name, or NAME-2 and so on; undefined where all are taken. */
export function freeName(wanted: string, isTaken: (name: string) => boolean): string | undefined {
  for (let number = 1; number <= limits.nameTries; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!isTaken(name)) return name;
  }
  return undefined;
}
