// What IPP says of a device from what its port's sources know.
import type { DeviceFacts, SupplyFacts } from '../../../monitors/device-facts.ts';
import { deviceFactsOf } from '../../printers/device-facts.ts';
import type { Printer } from '../../printers/printer.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { DeviceDescription, DeviceSupply } from './device.ts';

export async function describeDevice(
  { ports }: Pick<Spooler, 'ports'>,
  { portNames }: Printer,
): Promise<DeviceDescription> {
  return descriptionOf(deviceFactsOf(portNames, await ports.list()));
}

function descriptionOf({
  makeAndModel,
  deviceId,
  supplies,
  takes,
}: DeviceFacts): DeviceDescription {
  return {
    ...takes,
    ...(makeAndModel === undefined ? {} : { makeAndModel }),
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(supplies === undefined ? {} : { supplies: supplies.map(supplyOf) }),
  };
}

function supplyOf(supply: SupplyFacts): DeviceSupply {
  const { name, type, kind, colorant } = supply;
  return { name, type, kind, levelPercent: percentOf(supply), colorant };
}

const percentUnit = 19;

/**
 * RFC 3805 says how much space a receptacle has left, IPP how full it is (PWG 5100.9 4.5.3): a
 * waste box that says 90 of 100 is at ten percent.
 */
export function percentOf({ kind, unit, capacity, level }: SupplyFacts): number | undefined {
  if (typeof level !== 'number') return undefined;
  const whole = typeof capacity === 'number' && capacity > 0 ? capacity : undefined;
  const base = whole ?? (unit === percentUnit ? 100 : undefined);
  if (base === undefined) return undefined;
  const left = Math.min(100, Math.max(0, Math.round((level / base) * 100)));
  return kind === 'filled' ? 100 - left : left;
}
