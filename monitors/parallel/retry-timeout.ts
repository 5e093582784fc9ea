// LOCALMON's TransmissionRetryTimeout of one instance: in memory as in the registry.
import type { MonitorRegistry } from '../contract.ts';
import { parallelMonitorLimits } from './limits.ts';

export interface RetryTimeout {
  seconds(): number;
  set(seconds: number): Promise<void>;
}

const valueName = 'TransmissionRetryTimeout';

export async function loadRetryTimeout(registry: MonitorRegistry): Promise<RetryTimeout> {
  const { min, max, initial } = parallelMonitorLimits.transmissionRetrySeconds;
  const stored = await registry.queryValue(registry.root, valueName);
  const isUsable = stored?.type === 'dword' && stored.data >= min && stored.data <= max;
  let seconds = isUsable ? stored.data : initial;
  return {
    seconds: () => seconds,
    async set(wanted) {
      await registry.setValue(registry.root, valueName, { type: 'dword', data: wanted });
      seconds = wanted;
    },
  };
}
