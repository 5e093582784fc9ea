// Brings a printer back that does not answer: from the gentlest means to the hardest.
import type { UsbInterface } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { usbMonitorLimits as limits } from './limits.ts';
import type { Pipes } from './interfaces.ts';
import { askPortStatus, requestSoftReset } from './printer-class.ts';
import type { Quirk } from './quirks.ts';

export interface Ladder {
  readonly usbInterface: UsbInterface;
  readonly pipes: Pipes;
  readonly quirks: ReadonlySet<Quirk>;
}

/**
 * `answers`: the printer is well. `reset`: its port was reset, so the interface has to be opened
 * anew. Rejects where the device is gone.
 */
export async function climb(ladder: Ladder): Promise<'answers' | 'reset'> {
  if (await answers(ladder)) return 'answers';
  for (const { run } of steps) {
    await tried(() => run(ladder));
    if (await answers(ladder)) return 'answers';
  }
  await ladder.usbInterface.resetPort();
  return 'reset';
}

const steps: readonly { readonly run: (ladder: Ladder) => Promise<void> }[] = [
  { run: clearHalts },
  {
    async run({ usbInterface, quirks }) {
      if (!quirks.has('no-soft-reset')) await requestSoftReset(usbInterface, limits.controlMs);
    },
  },
];

async function clearHalts({ usbInterface, pipes }: Ladder): Promise<void> {
  await usbInterface.clearHalt(pipes.out);
  if (pipes.in !== undefined) await usbInterface.clearHalt(pipes.in);
}

/** A refusal is an answer: the printer just does not know the request. */
async function answers({ usbInterface }: Ladder): Promise<boolean> {
  try {
    await askPortStatus(usbInterface, limits.answerMs);
    return true;
  } catch (error) {
    if (isHalError(error, 'stalled')) return true;
    if (isHalError(error, 'device-gone')) throw error;
    return false;
  }
}

/** A step that fails is followed by the next, unless there is no device any more. */
async function tried(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (isHalError(error, 'device-gone')) throw error;
  }
}
