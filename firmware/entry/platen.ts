// The program `platen`, from the sources and as the single file: its commands, and what they run
// on.
import { createReadStream, createWriteStream } from 'node:fs';
import { access, readFile, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createLinuxFolders } from '../../hal/linux/folders.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { runCommand as runProgram } from '../../hal/linux/network/command.ts';
import { sleep } from '../../hal/time.ts';
import { createApiClient } from '../cli/api-client.ts';
import { CliError, type Command, type CommandContext } from '../cli/command.ts';
import { configCommand, versionCommand } from '../cli/commands/status-commands.ts';
import { connectCommands } from '../cli/commands/connect-commands.ts';
import { helpCommand } from '../cli/help.ts';
import type { ParsedWords } from '../cli/options.ts';
import { createOutput } from '../cli/output.ts';
import { remoteAppliance, type RemoteAppliance } from '../cli/remote.ts';
import { runCommand } from '../cli/run.ts';
import { apiCommands } from '../cli/table.ts';
import { loadConfig } from '../config/load.ts';
import { applianceCommands } from './commands.ts';
import { clientLimits } from '../limits/client-limits.ts';
import { configOptionsOf } from './config-options.ts';
import { dataFolderAt } from './data-folder.ts';
import { machineFacts } from './machine-facts.ts';
import { secretAsker } from './terminal.ts';
import { version } from './version.ts';
import { WallTrust } from './wall-trust.ts';

/** What Platen makes is its owner's alone, from the first moment on. */
const privateUmask = 0o077;

async function main(words: readonly string[]): Promise<void> {
  process.umask(privateUmask);
  const wallTrust = new WallTrust();
  const hal = createLinuxHal({ wallTrusted: () => wallTrust.trusted });
  const load = (given: CommandContext['configOptions']) =>
    loadConfig({ files: hal.files, environment: process.env, ...given });
  const commands: readonly Command[] = [
    ...applianceCommands({ hal, wallTrust, version, load }),
    ...apiCommands,
    ...connectCommands({
      folders: createLinuxFolders(),
      random: hal.random,
      clock: hal.clock,
      run: (program, args) => runProgram(program, args, clientLimits.cupsMs),
      machine: machineFacts(),
    }),
    configCommand(load),
    versionCommand(version),
    helpCommand(() => commands),
  ];
  const contextOf = (values: ParsedWords['values']): CommandContext => {
    const configOptions = configOptionsOf(values);
    return {
      out: createOutput((text) => void process.stdout.write(text)),
      asJson: values['json'] === true,
      configOptions,
      readDocument,
      askSecret: secretAsker(),
      writeDocument,
      pause: (ms) => sleep(hal.clock, ms),
      async api() {
        const remote = await remoteOf(values);
        if (remote !== undefined) return createApiClient(remote);
        const config = await load(configOptions);
        const folder = dataFolderAt(config.values['data.folder']);
        return createApiClient({ socketPath: folder.socket, dataFolder: folder.path });
      },
    };
  };
  const writeError = (line: string) => void process.stderr.write(`${line}\n`);
  const output = watchOutput();
  const status = await runCommand({ commands, words, contextOf, writeError });
  process.exitCode = output.lost ? 1 : status;
}

/** `--server`, or PLATEN_SERVER, with its token; undefined: the appliance of the data folder. */
async function remoteOf(values: ParsedWords['values']): Promise<RemoteAppliance | undefined> {
  const { PLATEN_SERVER, PLATEN_TOKEN, PLATEN_PIN } = process.env;
  const textOf = (name: string, otherwise: string | undefined) => {
    const value = values[name];
    return typeof value === 'string' ? value : otherwise;
  };
  // Whoever names a folder means the appliance there.
  const server = textOf('server', values['data'] === undefined ? PLATEN_SERVER : undefined);
  if (server === undefined) return undefined;
  const file = textOf('token-file', undefined);
  const token = file === undefined ? PLATEN_TOKEN : await firstLineOf(file);
  return remoteAppliance(server, { token, pin: textOf('pin', PLATEN_PIN) });
}

async function firstLineOf(name: string): Promise<string> {
  try {
    return (await readFile(name, 'utf8')).split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function readDocument(name: string): Promise<AsyncIterable<Uint8Array>> {
  if (name === '-') return chunksOf(process.stdin, 'standard input');
  const stream = createReadStream(name);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(unreadable(name, error)));
  });
  return chunksOf(stream, name);
}

/** Under another name until it is whole; what is there already stays. */
async function writeDocument(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  if (name === '-') return await pipeline(bytes, process.stdout, { end: false });
  const part = `${name}.part`;
  try {
    await access(name).then(
      () => Promise.reject(new Error('it is there already')),
      () => undefined,
    );
    await pipeline(bytes, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(part, name);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof CliError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`${name} can't be written: ${why}.`, 1, { cause: error });
  }
}

/** A folder opens like a file, and a disk fails in the middle: both show only when it is read. */
async function* chunksOf(stream: AsyncIterable<Uint8Array>, name: string) {
  try {
    yield* stream;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): CliError {
  const why = error instanceof Error ? error.message : String(error);
  return new CliError(`${name} can't be read: ${why}.`, 1, { cause: error });
}

/**
 * A reader that has seen enough (`| head`) is no fault; an answer that a full disk did not take is
 * one. Neither ends an appliance that serves.
 */
function watchOutput(): { readonly lost: boolean } {
  const watched = { lost: false };
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') return;
    if (!watched.lost) process.stderr.write(`platen: the output was lost: ${error.message}\n`);
    watched.lost = true;
    process.exitCode = 1;
  });
  return watched;
}

void main(process.argv.slice(2));
