// Whether the wall clock was set since boot: systemd-timesyncd leaves a stamp when it has.
import type { Clock, Files, Timer } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { entryLimits } from '../limits/entry-limits.ts';

const stampFolder = '/run/systemd/timesync';
const stampName = 'synchronized';

/** Asks until the answer is yes; `stop` ends the asking. */
export class WallTrust {
  #trusted = false;
  #stopped = false;
  #timer: Timer | undefined;

  get trusted(): boolean {
    return this.#trusted;
  }

  async watch({ clock, files }: { readonly clock: Clock; readonly files: Files }): Promise<void> {
    this.#trusted = await isSynchronized(files);
    if (this.#trusted || this.#stopped) return;
    this.#timer = clock.startTimer(entryLimits.wallTrustMs, () => {
      void this.watch({ clock, files });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }
}

async function isSynchronized(files: Files): Promise<boolean> {
  try {
    return (await files.list(stampFolder)).some(({ name }) => name === stampName);
  } catch (error) {
    if (isHalError(error)) return false;
    throw error;
  }
}
