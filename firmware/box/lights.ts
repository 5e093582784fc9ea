// The box's light says what state it is in, to whoever stands before it.
import type { Clock, Files, Timer } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { boxLimits } from '../limits/box-limits.ts';
import type { Log } from '../log/log.ts';

/**
 * `starting`: blinks fast, also before this program runs. `ready`: steady. `attention`: blinks
 * slowly, the page says why. `stopping`: short flashes, until it is dark and may be unplugged.
 */
export const lightStates = ['starting', 'ready', 'attention', 'stopping'] as const;
export type LightState = (typeof lightStates)[number];

/** One light; a box without any takes this too. */
export interface Light {
  /** Rejects with a HalError. */
  show(state: LightState): Promise<void>;
}

/** Leaves the state where the image's helper, which may write to /sys/class/leds, watches. */
export function createLight(files: Pick<Files, 'replaceFile'>, folder: string): Light {
  return {
    show: (state) => files.replaceFile(`${folder}/light`, Buffer.from(`${state}\n`)),
  };
}

export interface LightKeeper {
  stop(): Promise<void>;
}

/** Shows `ready` or `attention`, as `isWell` says now and then, and `stopping` at the end. */
export async function keepLight(options: {
  readonly light: Light;
  readonly clock: Pick<Clock, 'startTimer'>;
  readonly log: Log;
  readonly isWell: () => Promise<boolean>;
}): Promise<LightKeeper> {
  const { light, clock, log, isWell } = options;
  let shown: LightState | undefined;
  let timer: Timer | undefined;
  let isOver = false;
  const show = async (state: LightState): Promise<void> => {
    if (state === shown) return;
    shown = state;
    try {
      await light.show(state);
    } catch (error) {
      if (!isHalError(error)) throw error;
      log.debug('the light takes no state', { message: error.message });
    }
  };
  const look = async (): Promise<void> => {
    const state = (await isWell()) ? 'ready' : 'attention';
    if (isOver) return;
    await show(state);
    timer = clock.startTimer(boxLimits.lightLookMs, () => void (turn = look()));
  };
  let turn = look();
  await turn;
  return {
    async stop() {
      isOver = true;
      timer?.cancel();
      await turn;
      await show('stopping');
    },
  };
}
