// The program `platen supervise` of the single file: with nothing in it that only the appliance
// needs, it starts in a fraction of the time, and the appliance the sooner.
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxDatabases } from '../../hal/linux/databases.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { createLinuxUdp } from '../../hal/linux/udp.ts';
import { CliError } from '../cli/command.ts';
import { createOutput } from '../cli/output.ts';
import { runCommand } from '../cli/run.ts';
import { loadConfig } from '../config/load.ts';
import { configOptionsOf } from './config-options.ts';
import { superviseCommand } from './supervise-command.ts';

/** What Platen makes is its owner's alone, from the first moment on. */
const privateUmask = 0o077;

async function main(words: readonly string[]): Promise<void> {
  process.umask(privateUmask);
  const hal = {
    clock: createLinuxClock({ wallTrusted: () => false }),
    random: createLinuxRandom(),
    udp: createLinuxUdp(),
    files: createLinuxFiles(),
    databases: createLinuxDatabases(),
  };
  const absent = async () => {
    throw new CliError('supervise takes no document and talks to no appliance.', 2);
  };
  process.exitCode = await runCommand({
    commands: [
      superviseCommand({
        hal,
        load: (given) => loadConfig({ files: hal.files, environment: process.env, ...given }),
      }),
    ],
    words,
    contextOf: (values) => ({
      out: createOutput((text) => void process.stdout.write(text)),
      asJson: values['json'] === true,
      configOptions: configOptionsOf(values),
      readDocument: absent,
      writeDocument: absent,
      api: absent,
      pause: absent,
    }),
    writeError: (line) => void process.stderr.write(`${line}\n`),
  });
}

void main(process.argv.slice(2));
