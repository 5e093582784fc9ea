// `platen supervise`: the parent of `serve`, which holds the network capabilities.
import type { Hal } from '../../hal/contract.ts';
import { createLinuxNetwork } from '../../hal/linux/network/admin.ts';
import { createLinuxWatchdog } from '../../hal/linux/watchdog.ts';
import type { CommandContext } from '../cli/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { createLog } from '../log/log.ts';
import { sayFenced } from '../supervisor/fenced.ts';
import { supervise as run } from '../supervisor/supervisor.ts';
import { createLogDestination } from './log-destination.ts';
import { startServedProcess } from './served-process.ts';

export interface SuperviseOptions {
  readonly hal: Hal;
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
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.abort());
  const status = await run(
    {
      clock,
      network: createLinuxNetwork({ clock, table: tableName(hal) }),
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
  destination.flush();
  process.exit(status);
}

/** Two supervisors in one network must not share a table. */
function tableName({ random }: Hal): string {
  return `platen_${Buffer.from(random.bytes(4)).toString('hex')}`;
}

function wordsOf({ file, sets }: CommandContext['configOptions']): readonly string[] {
  return [
    ...(file === undefined ? [] : ['--config', file]),
    ...sets.flatMap((set) => ['--set', set]),
  ];
}
