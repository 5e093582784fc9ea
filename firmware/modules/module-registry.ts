// MONITORREG for a loaded module: its keys stay with the appliance, and go by numbers.
import { z } from 'zod';
import type { MonitorRegistry, RegistryKey } from '../../monitors/contract.ts';
import { registryFunctions } from './registry-functions.ts';

/** The keys that a module has open, by their numbers; 0 is the root. */
export type OpenKeys = Map<number, RegistryKey>;

const registryNames = z.enum(registryFunctions);

/** Keys go by numbers; the appliance keeps the keys. */
export async function askRegistry(
  registry: MonitorRegistry,
  keys: OpenKeys,
  name: string,
  args: readonly unknown[],
): Promise<unknown> {
  const real = args.map((arg) => {
    const id: unknown = typeof arg === 'object' && arg !== null && Reflect.get(arg, 'id');
    if (typeof id !== 'number') return arg;
    const key = keys.get(id);
    if (key === undefined) throw new Error('the registry key is not open');
    return key;
  });
  const method = registry[registryNames.parse(name)];
  const answer: unknown = await Reflect.apply(method, registry, real);
  if (name !== 'createKey' && name !== 'openKey') return answer;
  if (answer === undefined) return undefined;
  const { path } = z.object({ path: z.array(z.string()) }).parse(answer);
  const id = Math.max(...keys.keys()) + 1;
  const key = keyOf(answer);
  if (key !== undefined) keys.set(id, key);
  return { path, id };
}

function keyOf(answer: unknown): RegistryKey | undefined {
  return isKey(answer) ? answer : undefined;
}

function isKey(answer: unknown): answer is RegistryKey {
  return typeof answer === 'object' && answer !== null && 'path' in answer;
}
