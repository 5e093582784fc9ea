// The command line in this process: words in, exit status and text out.
import { type ApiClient, CliError, type Command } from '../../firmware/cli/command.ts';
import { helpCommand } from '../../firmware/cli/help.ts';
import { createOutput } from '../../firmware/cli/output.ts';
import { runCommand } from '../../firmware/cli/run.ts';
import { apiCommands } from '../../firmware/cli/table.ts';

export interface Said {
  readonly status: number;
  readonly out: string;
  /** Lines of standard error. */
  readonly errors: readonly string[];
}

/** `documents`: what `print` finds under a name. */
export async function platenSays(
  api: ApiClient,
  words: readonly string[],
  documents: Readonly<Record<string, string>> = {},
): Promise<Said> {
  let out = '';
  const errors: string[] = [];
  const commands: readonly Command[] = [...apiCommands, helpCommand(() => commands)];
  const status = await runCommand({
    commands,
    words,
    writeError: (line) => void errors.push(line),
    contextOf: (values) => ({
      out: createOutput((text) => {
        out += text;
      }),
      asJson: values['json'] === true,
      api: async () => api,
      configOptions: { file: undefined, sets: [] },
      pause: async () => undefined,
      async writeDocument(name) {
        throw new CliError(`${name} can't be written.`);
      },
      async readDocument(name) {
        const text = documents[name];
        if (text === undefined) throw new CliError(`${name} can't be read.`);
        return chunks(text);
      },
    }),
  });
  return { status, out, errors };
}

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
