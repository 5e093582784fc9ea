// One interface of IPP over USB that is open: what the printer says is heard by one transfer after
// another, whoever asks.
import type { Clock, UsbInterface } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { usbMonitorLimits as limits } from './limits.ts';

export interface BothPipes {
  readonly out: number;
  readonly in: number;
}

export class IppChannel {
  readonly usbInterface: UsbInterface;
  readonly pipes: BothPipes;
  readonly #heard: Uint8Array[] = [];
  #listening: Promise<void> | undefined;

  constructor(usbInterface: UsbInterface, pipes: BothPipes) {
    this.usbInterface = usbInterface;
    this.pipes = pipes;
  }

  /**
   * What the printer says next, or undefined where that is nothing, or for one that `isOver` by
   * then: his words are for the next one. A transfer that is given up loses what came at that
   * moment, so one is left under way, for whoever asks.
   */
  async next(isOver: () => boolean): Promise<Uint8Array | undefined> {
    if (this.#heard.length === 0) {
      this.#listening ??= this.#listen();
      await this.#listening;
    }
    return isOver() ? undefined : this.#heard.shift();
  }

  /**
   * Reads until nothing is said any more: what is left of an answer that nobody waited for would be
   * taken for the next one's. False: it does not end.
   */
  async drain(clock: Clock): Promise<boolean> {
    for (let round = 0; round < limits.drainRounds; round += 1) {
      const late = { now: false };
      const word = this.next(() => late.now);
      if ((await Promise.race([word, this.#silence(clock, late)])) === undefined) return true;
    }
    return false;
  }

  async #silence(clock: Clock, late: { now: boolean }): Promise<undefined> {
    await sleep(clock, limits.drainMs);
    late.now = true;
  }

  async #listen(): Promise<void> {
    try {
      const { listenBytes, transferMs } = limits;
      const said = await this.usbInterface.transferIn(this.pipes.in, listenBytes, transferMs);
      if (said !== undefined && said.length > 0) this.#heard.push(said);
    } finally {
      this.#listening = undefined;
    }
  }
}
