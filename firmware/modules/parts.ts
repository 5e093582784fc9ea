// Members of what a module file made: nothing of it is known.

export function part(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : undefined;
}

export function offered(object: unknown, names: readonly string[]): readonly string[] {
  return names.filter((name) => typeof part(object, name) === 'function');
}

/** Rejects where there is no such function, and as it does. */
export async function invoke(
  object: unknown,
  name: string,
  args: readonly unknown[],
): Promise<unknown> {
  const method = part(object, name);
  if (typeof method !== 'function') throw new Error(`the module has no ${name}`);
  const answer: unknown = await Reflect.apply(method, object, [...args]);
  return answer;
}
