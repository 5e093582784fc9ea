// Keeps the network settings, and brings back the last ones that somebody confirmed.
import { z } from 'zod';
import type { Clock, Files, Timer } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { networkSettingsLimits as limits } from '../limits/network-settings-limits.ts';
import type { Log } from '../log/log.ts';
import {
  type NetworkAdministration,
  type NetworkApplier,
  networkSettings,
  type NetworkSettings,
} from './contract.ts';
import { contradictionsIn, filesOf } from './files.ts';

export interface AdministrationOptions {
  readonly files: Pick<Files, 'readFile' | 'replaceFile'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly applier: NetworkApplier;
  /** Where the settings are kept that somebody confirmed. */
  readonly path: string;
  /** Tells once what the box is called from now on. */
  readonly onHostName?: (name: string) => void;
}

const kept = z.object({ version: z.literal(1), settings: networkSettings });
export const noSettings: NetworkSettings = networkSettings.parse({});

/**
 * Brings the kept settings to the machine. A file that can't be read, or settings that the machine
 * refuses, are said in the log, and the machine keeps its own: the box has to be reachable.
 *
 * A trial lives in memory: a box that is switched off within it comes up with what was before.
 */
export async function openNetworkAdministration(
  options: AdministrationOptions,
): Promise<NetworkAdministration> {
  const { clock, log, applier, path } = options;
  let confirmed = await readKept(options);
  let current = confirmed;
  let trial: { readonly untilMs: number; readonly timer: Timer } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };

  const apply = async (settings: NetworkSettings): Promise<void> => {
    using deadline = startDeadline(clock, limits.applyMs);
    await applier.apply(filesOf(settings), deadline.signal);
    current = settings;
    if (settings.hostName !== undefined) options.onHostName?.(settings.hostName);
  };

  const endTrial = () => {
    trial?.timer.cancel();
    trial = undefined;
  };

  const goBack = async (): Promise<void> => {
    endTrial();
    try {
      await apply(confirmed);
      log.warn('the network settings before the change are back: nobody confirmed it');
    } catch (error) {
      log.error('the network settings before the change could not be brought back', { error });
      trial = startTrial();
    }
  };

  const startTrial = () => ({
    untilMs: clock.monotonicMs() + limits.trialMs,
    timer: clock.startTimer(limits.trialMs, () => void inTurn(goBack)),
  });

  // Nobody waits for it: what listens listens on addresses that come later too.
  void inTurn(() =>
    apply(confirmed).catch((error: unknown) => {
      log.error('the network settings could not be applied', { error });
    }),
  );

  return {
    view() {
      if (trial === undefined) return { settings: current, trial: undefined };
      const secondsLeft = Math.max(0, Math.ceil((trial.untilMs - clock.monotonicMs()) / 1000));
      return { settings: current, trial: { before: confirmed, secondsLeft } };
    },
    change: (settings) =>
      inTurn(async () => {
        const [fault] = contradictionsIn(settings);
        if (fault !== undefined) return refused('bad-request', fault);
        endTrial();
        try {
          await apply(settings);
        } catch (error) {
          await goBack();
          return notTaken(error);
        }
        trial = startTrial();
        return { kind: 'done' };
      }),
    confirm: () =>
      inTurn(async () => {
        if (trial === undefined) return nothingOnTrial();
        const text = JSON.stringify({ version: 1, settings: current });
        await options.files.replaceFile(path, Buffer.from(text, 'utf8'));
        confirmed = current;
        endTrial();
        return { kind: 'done' };
      }),
    revert: () =>
      inTurn(async () => {
        if (trial === undefined) return nothingOnTrial();
        await goBack();
        return { kind: 'done' };
      }),
    stop: () => endTrial(),
  };
}

/** Keeps settings that nobody has to confirm: those of the first boot. */
export async function keepSettings(
  { files, path }: Pick<AdministrationOptions, 'files' | 'path'>,
  settings: NetworkSettings,
): Promise<void> {
  const text = JSON.stringify({ version: 1, settings });
  await files.replaceFile(path, Buffer.from(text, 'utf8'));
}

async function readKept(options: AdministrationOptions): Promise<NetworkSettings> {
  try {
    const text = await options.files.readFile(options.path, limits.fileBytes);
    return kept.parse(JSON.parse(Buffer.from(text).toString('utf8'))).settings;
  } catch (error) {
    if (isHalError(error, 'not-found')) return noSettings;
    options.log.error('the kept network settings can not be read; the machine keeps its own', {
      error,
    });
    return noSettings;
  }
}

function notTaken(error: unknown): Refusal {
  const why = error instanceof Error ? error.message : String(error);
  return refused('network-not-taken', `The machine did not take these settings: ${why}`);
}

function nothingOnTrial(): Refusal {
  return refused('nothing-on-trial', 'No change of the network settings waits to be confirmed.');
}
