// The command line of Platen in this process, for an appliance that is reached by HTTPS: a process
// for each command takes seconds in an emulated machine.
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { CliError, type Command } from '../../firmware/cli/command.ts';
import { createOutput } from '../../firmware/cli/output.ts';
import type { RemoteAppliance } from '../../firmware/cli/remote.ts';
import { runCommand } from '../../firmware/cli/run.ts';
import { apiCommands } from '../../firmware/cli/table.ts';

export interface Console {
  /**
   * Runs a line, whose words hold no spaces; resolves with what it printed, rejects with what was
   * wrong. `document` is what `print` finds under the name `document`.
   */
  run(line: string, document?: Uint8Array): Promise<string>;
}

export function createConsole(appliance: RemoteAppliance): Console {
  const commands: readonly Command[] = apiCommands;
  const api = createApiClient(appliance);
  return {
    async run(line, document) {
      let out = '';
      const errors: string[] = [];
      const status = await runCommand({
        commands,
        words: line.split(' ').filter((word) => word !== ''),
        writeError: (error) => void errors.push(error),
        contextOf: (values) => ({
          out: createOutput((text) => {
            out += text;
          }),
          asJson: values['json'] === true,
          api: async () => api,
          configOptions: { file: undefined, sets: [] },
          async readDocument(name) {
            if (document === undefined) throw new CliError(`${name} can't be read.`);
            return one(document);
          },
          async writeDocument(name) {
            throw new CliError(`${name} can't be written.`);
          },
          pause: async () => undefined,
        }),
      });
      if (status !== 0)
        throw new Error(`platen ${line} ended with ${status}: ${errors.join('; ')}`);
      return out;
    },
  };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
