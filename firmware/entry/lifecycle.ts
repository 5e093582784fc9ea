// Starts steps in order and stops them in the reverse order, each within its own time.
import type { Clock } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { Log } from '../log/log.ts';

/** What a step gives to later ones, and how it ends. */
export interface Started<Part> {
  readonly part: Part;
  /** Ends soon after the deadline's signal; what it rejects with is logged. */
  readonly stop?: (deadline: AbortSignal) => Promise<void>;
}

/** One step of the start. */
export interface Step<Part> {
  readonly name: string;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly start: () => Promise<Started<Part>>;
}

export interface Lifecycle {
  /**
   * Starts the step and remembers its end. Rejects as it does, or with a StartError after its time.
   */
  begin<Part>(step: Step<Part>): Promise<Part>;
  /** Stops everything that began, last first; once. Never rejects. */
  end(): Promise<void>;
}

/** The appliance can not start: one sentence, and what to do. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** On a box: the data folder can't be made, and nothing says why. */
export class NoFolderError extends StartError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoFolderError';
  }
}

export function createLifecycle({
  clock,
  log,
}: {
  readonly clock: Clock;
  readonly log: Log;
}): Lifecycle {
  const begun: { readonly step: Step<unknown>; readonly stop: Started<unknown>['stop'] }[] = [];
  let ending: Promise<void> | undefined;

  const stopAll = async () => {
    for (let last = begun.pop(); last !== undefined; last = begun.pop()) {
      const { step, stop } = last;
      if (stop === undefined) continue;
      using deadline = startDeadline(clock, step.stopTimeoutMs);
      try {
        // A step that ignores its signal must not keep the others from ending.
        await abortable(stop(deadline.signal), deadline.signal);
        log.debug('stopped', { step: step.name });
      } catch (error) {
        log.warn('a step did not stop as it should', { step: step.name, error });
      }
    }
  };

  return {
    async begin(step) {
      using deadline = startDeadline(clock, step.startTimeoutMs);
      try {
        const started = await abortable(step.start(), deadline.signal);
        begun.push({ step, stop: started.stop });
        log.debug('started', { step: step.name });
        return started.part;
      } catch (error) {
        if (!deadline.expired || !isHalError(error, 'aborted')) throw error;
        const seconds = step.startTimeoutMs / 1000;
        throw new StartError(
          `The step "${step.name}" did not end within ${seconds} s; see the log.`,
        );
      }
    },
    end() {
      ending ??= stopAll();
      return ending;
    },
  };
}
