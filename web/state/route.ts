// Which page is shown: the part of the address after `#`, so that back, reload and bookmarks work.
import { computed, signal } from '@preact/signals';

/** `#/printers/UUID` is ['printers', 'UUID']. */
const parts = signal<readonly string[]>(read());

export const route = computed(() => parts.value);

/** Follows the address from now on. */
export function followAddress(onMoved: () => void): void {
  globalThis.addEventListener('hashchange', () => {
    parts.value = read();
    onMoved();
  });
}

export function hrefOf(...path: readonly string[]): string {
  return `#/${path.map(encodeURIComponent).join('/')}`;
}

export function goTo(...path: readonly string[]): void {
  location.hash = hrefOf(...path);
}

function read(): readonly string[] {
  return location.hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
