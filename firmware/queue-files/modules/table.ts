// The one table of copy-file modules, for server and client.
import { colorModule } from './color.ts';
import type { CopyFileModule } from './contract.ts';
import { plainModule } from './plain.ts';

export const copyFileModules: readonly CopyFileModule[] = [colorModule, plainModule];

/** By our name or Windows's; undefined: there is no such module, and none is ever fetched. */
export function findModule(name: string): CopyFileModule | undefined {
  const wanted = name.toLowerCase();
  return copyFileModules.find(
    (module) => module.name === wanted || module.aliases.includes(wanted),
  );
}

export const moduleNames: readonly string[] = copyFileModules.map(({ name }) => name);
