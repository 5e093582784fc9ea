// Commands for the client of a queue: connect, look again, disconnect.
import { parseQueueAddress, uriOf } from '../../client/address.ts';
import { connectQueue } from '../../client/connect.ts';
import {
  ClientError,
  type ClientParts,
  type Connected,
  type QueueAddress,
  type Step,
} from '../../client/contract.ts';
import { dialServer } from '../../client/dial.ts';
import { disconnectQueue } from '../../client/disconnect.ts';
import { stepLine } from '../../client/steps.ts';
import { CliError, type Command, type CommandContext, type CommandInput } from '../command.ts';

/** What the machine says of itself. */
export interface ClientMachine {
  readonly hostName: string;
  readonly userName: string;
  readonly buildNumber: number;
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly processorArchitecture: string;
  /** Where connections are kept, unless `--folder` says otherwise. */
  readonly connectionsFolder: string;
}

export interface ConnectCommandsOptions
  extends Pick<ClientParts, 'folders' | 'random' | 'clock' | 'run'> {
  readonly machine: ClientMachine;
}

const oneQueue = {
  usage: 'ipps://HOST[:PORT]/printers/NAME',
  arguments: { least: 1, most: 1 },
} as const;

const folderOption = {
  folder: { type: 'string', value: 'DIR', help: 'Holds the connections of this user' },
} as const;

export function connectCommands(options: ConnectCommandsOptions): readonly Command[] {
  const { machine } = options;
  const rootOf = (input: CommandInput) => input.text('folder') ?? machine.connectionsFolder;
  return [
    {
      ...oneQueue,
      name: 'connect',
      summary: 'Connect to a queue: its files, verified, and a CUPS queue. --pin names its key',
      options: {
        ...folderOption,
        refresh: { type: 'boolean', help: 'Only look again for what has changed' },
        'dry-run': { type: 'boolean', help: 'Say what would be done, and do nothing' },
        'no-cups': { type: 'boolean', help: 'Make no queue in CUPS' },
        client: { type: 'string', value: 'NAME', help: 'Name of this machine; its host name' },
      },
      async run(input, context) {
        const { hostName, userName, connectionsFolder: _folder, ...facts } = machine;
        const client = { machineName: input.text('client') ?? hostName, userName, ...facts };
        const { parts, steps } = partsFor(options, context);
        const connected = await asCliErrors(
          connectQueue(parts, {
            address: addressIn(input),
            pin: pinIn(input),
            client,
            root: rootOf(input),
            refresh: input.flag('refresh'),
            dryRun: input.flag('dry-run'),
            cups: !input.flag('no-cups'),
          }),
        );
        if (context.asJson) return context.out.json({ ...connected, steps });
        showConnected(context, connected, input.flag('dry-run'));
      },
    },
    {
      ...oneQueue,
      name: 'disconnect',
      summary: 'End the connection to a queue: its files go, and its CUPS queue',
      options: folderOption,
      async run(input, context) {
        const { parts, steps } = partsFor(options, context);
        const address = addressIn(input);
        const gone = await asCliErrors(disconnectQueue(parts, address, rootOf(input)));
        if (context.asJson) return context.out.json({ ...gone, steps });
        context.out.line(
          `Disconnected from ${uriOf(address)}; ${gone.removedFiles} files are gone.`,
        );
        if (gone.serverProblem !== undefined) {
          context.out.line(`The server was not told: ${gone.serverProblem}`);
        }
      },
    },
  ];
}

/** Each step is a line as it is done; for programs they come together at the end. */
function partsFor(
  { folders, random, clock, run }: ConnectCommandsOptions,
  { asJson, out }: CommandContext,
): { readonly parts: ClientParts; readonly steps: readonly Step[] } {
  const steps: Step[] = [];
  const log = (step: Step) => {
    if (asJson) steps.push(step);
    else out.line(stepLine(step));
  };
  return { steps, parts: { folders, random, clock, run, dial: dialServer, log } };
}

function addressIn({ args }: CommandInput): QueueAddress {
  const address = parseQueueAddress(args[0] ?? '');
  if (address !== undefined) return address;
  throw new CliError(`A queue is ipps://HOST[:PORT]/printers/NAME, not "${args[0]}".`, 2);
}

function pinIn(input: CommandInput): string | undefined {
  const digits = input.text('pin')?.replaceAll(/[:\s]/g, '').toLowerCase();
  if (digits === undefined || /^[0-9a-f]{64}$/.test(digits)) return digits;
  throw new CliError('--pin takes the 64 hexadecimal digits of a key.', 2);
}

/** With its code, so that a program can tell one cause from another. */
async function asCliErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new CliError(`${error.fault}: ${error.message}`, 1, { cause: error });
  }
}

function showConnected({ out }: CommandContext, connected: Connected, dryRun: boolean): void {
  const count = (state: Connected['files'][number]['state']) =>
    connected.files.filter((file) => file.state === state).length;
  out.fields([
    ['printer', `\\\\${connected.server}\\${connected.printer}`],
    ['folder', connected.folder],
    ['server key', connected.serverKey ?? '-'],
    ['signature key', connected.signatureKey],
    [
      'files',
      `${count('new')} new, ${count('changed')} changed, ${count('unchanged')} as they were, ` +
        `${connected.removed.length} gone`,
    ],
    ['downloaded', `${connected.downloadedBytes} bytes`],
    ['CUPS queue', connected.cupsQueue ?? '-'],
    ...(dryRun ? [['', 'Nothing was done.'] as const] : []),
  ]);
}
