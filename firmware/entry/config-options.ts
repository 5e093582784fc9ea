// What the command line says of the configuration.
import type { CommandContext } from '../cli/command.ts';
import type { ParsedWords } from '../cli/options.ts';

export function configOptionsOf(values: ParsedWords['values']): CommandContext['configOptions'] {
  const { data, config, set } = values;
  const sets = Array.isArray(set) ? set.filter((each) => typeof each === 'string') : [];
  return {
    file: typeof config === 'string' ? config : undefined,
    sets: typeof data === 'string' ? [...sets, `data.folder=${data}`] : sets,
  };
}
