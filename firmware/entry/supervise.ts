// `platen supervise`: the parent of `serve`, which holds the network capabilities.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Hal } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxNetwork } from '../../hal/linux/network/admin.ts';
import { raiseThreadUrgency } from '../../hal/linux/thread-priority.ts';
import { createLinuxWatchdog } from '../../hal/linux/watchdog.ts';
import { CliError, type CommandContext } from '../cli/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { createLog, type Log } from '../log/log.ts';
import { sayFenced } from '../supervisor/fenced.ts';
import { supervise as run } from '../supervisor/supervisor.ts';
import { dataFolderAt } from './data-folder.ts';
import { lockFile } from './folder-lock.ts';
import { createLogDestination } from './log-destination.ts';
import { startServedProcess } from './served-process.ts';

export type SupervisorHal = Pick<Hal, 'clock' | 'random' | 'udp' | 'files' | 'databases'>;

export interface SuperviseOptions {
  readonly hal: SupervisorHal;
  readonly load: (given: CommandContext['configOptions']) => Promise<LoadedConfig>;
}

/** Ends this process with the exit status of the served one. */
export async function supervise(
  { hal, load }: SuperviseOptions,
  configOptions: CommandContext['configOptions'],
): Promise<void> {
  const { values: config } = await load(configOptions);
  const { clock } = hal;
  const destination = createLogDestination({ clock });
  const log = createLog({ level: config['log.level'], clock, destination }).child('supervisor');
  // It ends what a lease no longer covers: not late.
  const { urgency, why } = raiseThreadUrgency(config['cluster.urgency']);
  log.debug('the supervisor is served', { urgency, ...(why !== undefined && { why }) });
  const lock = await lockFolder(hal, config['data.folder'], log);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const status = await run(
    {
      clock,
      network: createLinuxNetwork({ clock, table: tableName(config['data.folder']) }),
      watchdog: createLinuxWatchdog(),
      log,
      startProcess: () => startServedProcess(wordsOf(configOptions)),
      async sayFenced({ fencing, terms }, signal) {
        if (fencing === undefined || terms.size === 0) return;
        await sayFenced({ clock, random: hal.random, udp: hal.udp, fencing, terms }, signal);
      },
    },
    stopping.signal,
  );
  lock.close();
  destination.flush();
  process.exit(status);
}

/**
 * The same at each start, so that the table of a supervisor that was killed is replaced: its rules
 * would go on dropping packets of addresses that are the next one's. Two supervisors in one network
 * must not share a table.
 */
function tableName(folder: string): string {
  const digest = createHash('sha256').update(resolve(folder)).digest('hex');
  return `platen_${digest.slice(0, tableDigits)}`;
}

const tableDigits = 8;

/** One alone: a second one would take the first one's table away from under it. */
async function lockFolder({ files, databases }: SupervisorHal, path: string, log: Log) {
  const { supervisorLock } = dataFolderAt(path);
  try {
    await files.makeDirectory(path);
    return lockFile(databases, supervisorLock);
  } catch (error) {
    if (!isHalError(error)) throw error;
    if (error.code === 'busy') {
      throw new CliError(
        `Another supervisor serves ${path}: stop it, or choose another folder with --data.`,
        1,
        { cause: error },
      );
    }
    // What the machine does not allow now, the served process waits for, and says so.
    log.warn('the supervisor could not take its lock', { error });
    return { close: () => undefined };
  }
}

function wordsOf({ file, sets }: CommandContext['configOptions']): readonly string[] {
  return [
    ...(file === undefined ? [] : ['--config', file]),
    ...sets.flatMap((set) => ['--set', set]),
  ];
}
