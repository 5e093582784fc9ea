// What the devices of a printer say of themselves: of its ports the first that knows something.
import type { DeviceStatus } from '../../monitors/contract.ts';
import type { DeviceFacts } from '../../monitors/device-facts.ts';

interface FactPort {
  readonly info: { readonly name: string };
  readonly statuses: readonly DeviceStatus[];
}

export function deviceFactsOf(
  portNames: readonly string[],
  ports: readonly FactPort[],
): DeviceFacts {
  for (const portName of portNames) {
    const port = ports.find(({ info }) => info.name === portName);
    const sources = (port?.statuses ?? [])
      .filter(({ device }) => device !== undefined)
      .toSorted((a, b) => a.atMs - b.atMs);
    if (sources.length > 0) return Object.assign({}, ...sources.map(({ device }) => device));
  }
  return {};
}
