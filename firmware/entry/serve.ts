// `platen serve`: runs the appliance until a signal, and never goes on in an unknown state.
import type { Hal } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { CliError, type CommandContext } from '../cli/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { createSettings } from '../config/settings.ts';
import { IdentityError } from '../identity/identity.ts';
import { MembershipError } from '../pair/membership.ts';
import { entryLimits } from '../limits/entry-limits.ts';
import type { Log } from '../log/log.ts';
import { connectWire, createNoWire, type SupervisedWire } from '../supervisor/client.ts';
import { servedEnds } from '../supervisor/ends.ts';
import { RestoredError } from './steps/backup.ts';
import { openLogging } from './steps/telling.ts';
import { becomeAnew } from './runtime.ts';
import { openSupervisorPipe } from './served-process.ts';
import { type RunningAppliance, startAppliance } from './appliance.ts';
import { NoFolderError, StartError } from './lifecycle.ts';
import { createLogDestination, type LogDestination } from './log-destination.ts';
import type { WallTrust } from './wall-trust.ts';

export interface ServeOptions {
  readonly hal: Hal;
  readonly wallTrust: WallTrust;
  readonly version: string;
  /** A supervisor is the parent, at the other end of descriptor 3. */
  readonly supervised: boolean;
  readonly load: (given: CommandContext['configOptions']) => Promise<LoadedConfig>;
}

/**
 * Writes one JSON line to standard output once everything listens: {"ready":true,…}. The log goes
 * to standard error. Rejects with a CliError where the appliance can not start; else it ends the
 * process itself.
 */
export async function serve(
  options: ServeOptions,
  configOptions: CommandContext['configOptions'],
): Promise<void> {
  const loaded = await options.load(configOptions);
  const { values: config } = loaded;
  const { clock } = options.hal;
  const destination = createLogDestination({ clock });
  const logging = openLogging(options.hal, config, destination);
  const { log } = logging;
  const settings = createSettings({ files: options.hal.files, loaded });
  settings.follow((changed) => {
    if ([...changed].some((key) => key.startsWith('syslog.'))) logging.retell(settings.values);
    // Whoever has just named a syslog server sees at once that it hears.
    log.info('settings were changed', { keys: [...changed] });
  });
  if (loaded.ignored.length > 0) {
    log.warn('settings.toml has what this version does not take', { keys: loaded.ignored });
  }
  const leave = (status: number): never => {
    destination.flush();
    process.exit(status);
  };
  endOnFault(log, leave);
  const stopping = signalled(log, leave);
  const given = new AbortController();
  void stopping.then(() => given.abort());
  await options.wallTrust.watch(options.hal);
  const wire = options.supervised
    ? await connectWire({ clock, channel: openSupervisorPipe() })
    : createNoWire();
  const appliance = await start(
    {
      ...options,
      config,
      settings,
      log,
      wire,
      stopping: given.signal,
      lines: logging.lines,
      onFolder: () => logging.begin(),
    },
    destination,
  );
  sayReady(options.version, config['data.folder'], appliance);
  const why = await Promise.race([
    stopping,
    appliance.storeEnded,
    supervisorGone(wire),
    pairLost(appliance),
    startsAnew(appliance),
  ]);
  const isAnew = typeof why === 'object' && why.kind === 'anew';
  const isLost = typeof why === 'object' && !isAnew;
  if (isAnew) log.info('starting anew', { reason: why.why });
  else if (isLost) log.error('a part is gone; the appliance stops', { ...why });
  else log.info('stopping', { signal: why });
  options.wallTrust.stop();
  clock.startTimer(entryLimits.wholeStopMs, () => {
    log.error('the stop took too long; the process ends as it is');
    leave(1);
  });
  await appliance.stop();
  log.info('stopped');
  await logging.stop();
  if (isAnew && !options.supervised) {
    destination.flush();
    becomeAnew();
  }
  leave(isLost || isAnew ? 1 : 0);
}

/** Whoever asked for it has the answer first. */
async function startsAnew(appliance: RunningAppliance): Promise<{ kind: 'anew'; why: string }> {
  return { kind: 'anew', why: await appliance.startsAnew };
}

/** Nobody ends leases any more: the appliance starts anew, under a supervisor. */
async function supervisorGone(wire: SupervisedWire): Promise<{ kind: 'supervisor'; why: string }> {
  return { kind: 'supervisor', why: await wire.ended };
}

/** The thread of the pair is gone: nobody beats any more. */
async function pairLost(appliance: RunningAppliance): Promise<{ kind: 'pair'; why: string }> {
  return { kind: 'pair', why: await appliance.pairLost };
}

async function start(
  options: Parameters<typeof startAppliance>[0] & Pick<ServeOptions, 'wallTrust' | 'supervised'>,
  destination: LogDestination,
): Promise<RunningAppliance> {
  try {
    return await startAppliance(options);
  } catch (error) {
    options.wallTrust.stop();
    if (error instanceof RestoredError) {
      destination.flush();
      // Under a supervisor its end is enough.
      if (!options.supervised) becomeAnew();
      process.exit(1);
    }
    const isExpected =
      error instanceof StartError ||
      error instanceof IdentityError ||
      error instanceof MembershipError ||
      error instanceof HalError;
    options.log[isExpected ? 'debug' : 'error']('the appliance did not start', { error });
    destination.flush();
    if (!isExpected) throw error;
    const status = error instanceof NoFolderError ? servedEnds.wholeAnew : 1;
    throw new CliError(error.message, status, { cause: error });
  }
}

/** The set-up code is for whoever stands at the console, and never goes into the log. */
function sayReady(version: string, data: string, appliance: RunningAppliance): void {
  const { addresses, setUpCode } = appliance;
  const said = { ready: true, version, pid: process.pid, data, addresses, setUpCode };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

/** Resolves with the first signal; the second ends the process at once. */
function signalled(log: Log, leave: (status: number) => never): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (seen) {
          log.warn('a second signal: the process ends at once', { signal });
          leave(1);
        }
        seen = true;
        resolve(signal);
      });
    }
  });
}

function endOnFault(log: Log, leave: (status: number) => never): void {
  process.on('uncaughtException', (error, origin) => {
    log.error('a fault of Platen itself; the process ends', { error, origin });
    leave(1);
  });
}
