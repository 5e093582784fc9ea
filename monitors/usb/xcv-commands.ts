// The Xcv commands of the usb monitor beside those of all ports: who is plugged in, and as what.
import { z } from 'zod';
import type { PortContext } from '../ports/port-commands.ts';
import { noInput, type XcvCommand, xcvCommand } from '../xcv.ts';
import type { UsbFinder } from './finder.ts';
import { keysOf, type KnownDevice, modelIdOf } from './identity.ts';
import { ippInterfaces, printerInterface } from './interfaces.ts';
import type { UsbSettings } from './settings.ts';

const deviceOutput = z.strictObject({
  /** For AddPort. */
  device: z.string(),
  /** All names that it can be given, `device` among them. */
  keys: z.array(z.string()),
  /** Vendor and product: `1209:f020`. */
  modelId: z.string(),
  socket: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  serialNumber: z.string(),
  /** The 1284 id, where it is known without upsetting the printer. */
  deviceId: z.string(),
  commandSets: z.array(z.string()),
  /** What it takes documents by. */
  protocols: z.array(z.enum(['raw', 'ipp'])),
});

export function usbXcvCommands(finder: UsbFinder): readonly XcvCommand<PortContext<UsbSettings>>[] {
  return [
    xcvCommand({
      name: 'ListDevices',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'monitor',
      input: noInput,
      output: z.strictObject({ devices: z.array(deviceOutput) }),
      run: async (_context: PortContext<UsbSettings>) => ({
        status: 'ERROR_SUCCESS',
        output: { devices: (await finder.list()).map(shown) },
      }),
    }),
  ];
}

function shown({ key, device, id }: KnownDevice): z.input<typeof deviceOutput> {
  const protocols: ('raw' | 'ipp')[] = [];
  if (printerInterface(device) !== undefined) protocols.push('raw');
  if (ippInterfaces(device).length > 0) protocols.push('ipp');
  return {
    device: key,
    keys: [...keysOf(device, id)],
    modelId: modelIdOf(device),
    socket: device.path,
    manufacturer: id?.manufacturer ?? device.manufacturer ?? '',
    model: id?.model ?? device.product ?? '',
    serialNumber: device.serialNumber ?? id?.serialNumber ?? '',
    deviceId: id?.text ?? '',
    commandSets: [...(id?.commandSets ?? [])],
    protocols,
  };
}
