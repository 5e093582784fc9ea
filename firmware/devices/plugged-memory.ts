// Which plugged-in devices had their turn, in the node's registry.
import { createHash } from 'node:crypto';
import type { MonitorRegistry } from '../../monitors/contract.ts';
import { devicesLimits as limits } from '../limits/devices-limits.ts';
import type { PluggedMemory } from './plugged.ts';

/** A key beside those of the monitors; none of them has a space in its name. */
export const pluggedRegistryName = 'Plugged Devices';

export function createPluggedMemory(registry: MonitorRegistry): PluggedMemory {
  return {
    has: async (name) => (await registry.queryValue(registry.root, valueName(name))) !== undefined,
    async add(name) {
      const { valueCount } = await registry.queryInfoKey(registry.root);
      if (valueCount >= limits.rememberedDevices) {
        throw new Error(`${valueCount} devices are remembered: no more are added by themselves`);
      }
      await registry.setValue(registry.root, valueName(name), { type: 'string', data: name });
    },
  };
}

/** A device's own words may be longer than the name of a value. */
function valueName(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
