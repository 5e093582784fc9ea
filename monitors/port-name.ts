// What a port may be called, for all port monitors.

/** As in Windows (MAX_PORTNAME_LEN, less the terminator). */
export const longestPortNameLength = 63;

/**
 * Why a port can't have this name, or undefined. Names are compared without case: see
 * `portNameKey`.
 */
export function portNameProblem(name: string): string | undefined {
  if (name === '') return 'a port needs a name';
  if (name.length > longestPortNameLength) {
    return `a port's name has at most ${longestPortNameLength} characters`;
  }
  if (name !== name.trim()) return "a port's name does not begin or end with a space";
  if (name !== name.normalize('NFC'))
    return "a port's name is written in composed characters (NFC)";
  if (name === '.' || name === '..') return 'a name of dots would change the path of its address';
  // A backslash parts registry keys, a slash paths, a comma the ports of a pool.
  const illegal = /[\p{C}\p{Zl}\p{Zp}\\/,]/u.exec(name)?.[0];
  if (illegal === undefined) return undefined;
  return `a port's name does not contain ${JSON.stringify(illegal)}`;
}

/** Two names with one key are the same port. */
export function portNameKey(name: string): string {
  return name.toLowerCase();
}
