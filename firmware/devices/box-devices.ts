// What is plugged into the box, as the monitors of local ports list it.
import { z } from 'zod';
import type { Principal } from '../api/principal.ts';
import { devicesLimits as limits } from '../limits/devices-limits.ts';
import type { Ports } from '../spooler/contract.ts';
import type { DeviceFinder, DeviceSource, FoundDevice } from './contract.ts';
import { shownText } from './text.ts';

/** Looking needs no more than this. */
const looker: Principal = { kind: 'user', name: 'devices', role: 'viewer' };

const usbDevice = z.object({
  device: z.string(),
  /** All by which it can be named, the given one among them. */
  keys: z.array(z.string()),
  /** `1209:f020`. */
  modelId: z.string(),
  socket: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  serialNumber: z.string(),
  deviceId: z.string(),
  commandSets: z.array(z.string()),
  protocols: z.array(z.enum(['raw', 'ipp'])),
});

/** One printer at a USB socket. */
export type PluggedUsb = z.output<typeof usbDevice>;

const nodeDevice = z.object({
  device: z.string(),
  /** Of a serial port. */
  driver: z.string().optional(),
  /** Of the printer at a parallel port, where it is known. */
  manufacturer: z.string().default(''),
  model: z.string().default(''),
  serialNumber: z.string().default(''),
  deviceId: z.string().default(''),
  commandSets: z.array(z.string()).default([]),
});

/** Empty where the monitor is not ready. */
async function listOf<Item>(
  ports: Ports,
  monitor: string,
  item: z.ZodType<Item>,
): Promise<readonly Item[]> {
  const answer = await ports.xcv({ monitor }, 'ListDevices', null, looker);
  if (!('status' in answer) || answer.status !== 'ERROR_SUCCESS') return [];
  const read = z.object({ devices: z.array(item) }).safeParse(answer.output);
  return read.success ? read.data.devices.slice(0, limits.devices) : [];
}

export function listUsb(ports: Ports): Promise<readonly PluggedUsb[]> {
  return listOf(ports, 'usb', usbDevice);
}

/** Which device each port of a monitor leads to. */
export async function portsByDevice(
  ports: Ports,
  monitor: string,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { info } of await ports.list()) {
    if (info.monitorName !== monitor) continue;
    const target = { monitor, portName: info.name };
    const answer = await ports.xcv(target, 'GetConfigInfo', null, looker);
    const settings = z
      .object({ device: z.string() })
      .safeParse('output' in answer && answer.output);
    if (settings.success) found.set(settings.data.device, info.name);
  }
  return found;
}

export function createBoxDevices(ports: Ports): DeviceFinder {
  return {
    async find() {
      const [usb, parallel, serial] = await Promise.all([
        findUsb(ports),
        findNodes(ports, 'parallel'),
        findNodes(ports, 'serial'),
      ]);
      return [...usb, ...parallel, ...serial];
    },
  };
}

async function findUsb(ports: Ports): Promise<readonly FoundDevice[]> {
  const used = await portsByDevice(ports, 'usb');
  return (await listUsb(ports))
    .filter(({ protocols }) => protocols.length > 0)
    .map((one) => ({
      key: one.device,
      source: 'usb',
      name: shownText(`${one.manufacturer} ${one.model}`),
      location: '',
      serialNumber: shownText(one.serialNumber),
      address: one.socket,
      deviceId: one.deviceId,
      commandSets: one.commandSets,
      port: { monitor: 'usb', input: { device: one.device } },
      ...usedBy(one.keys.map((key) => used.get(key))),
    }));
}

async function findNodes(
  ports: Ports,
  source: DeviceSource & ('parallel' | 'serial'),
): Promise<readonly FoundDevice[]> {
  const used = await portsByDevice(ports, source);
  return (await listOf(ports, source, nodeDevice)).map((one) => ({
    key: one.device,
    source,
    name: shownText(one.driver ?? `${one.manufacturer} ${one.model}`.trim()),
    location: '',
    serialNumber: shownText(one.serialNumber),
    address: one.device,
    deviceId: one.deviceId,
    commandSets: one.commandSets,
    port: { monitor: source, input: { device: one.device } },
    ...usedBy([used.get(one.device)]),
  }));
}

function usedBy(names: readonly (string | undefined)[]): { readonly usedBy?: string } {
  const name = names.find((each) => each !== undefined);
  return name === undefined ? {} : { usedBy: name };
}
