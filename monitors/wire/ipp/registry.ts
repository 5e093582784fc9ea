/** Turns a table of registered numbers round, to find the name of a number from the wire. */

export function namesByNumber<T extends Readonly<Record<string, number>>>(
  table: T,
): ReadonlyMap<number, Extract<keyof T, string>> {
  const names = new Map<number, Extract<keyof T, string>>();
  for (const name in table) {
    const number = table[name];
    if (number !== undefined) names.set(number, name);
  }
  return names;
}
