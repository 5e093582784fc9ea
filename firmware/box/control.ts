// Hands what the box shall do to the image's helper.
import { boxSteps, type BoxControl } from './contract.ts';
import { askHelper, type HelperOptions } from './helper.ts';

export function createBoxControl(options: Omit<HelperOptions, 'what'>): BoxControl {
  return {
    async ask(step, signal) {
      // The helper is root's: no other word ever reaches it.
      if (!boxSteps.includes(step)) throw new Error(`no step of the box: ${step}`);
      await askHelper({ ...options, what: 'the box' }, [step], signal);
    },
  };
}
