// How names are compared without regard to case: one rule for printers, registry keys and values.

/** Equal for names that differ in case only; independent of any locale. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
