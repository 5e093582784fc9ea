// The devices that a loaded module has open: they stay with the appliance, and go by numbers.
import { z } from 'zod';
import type { MonitorDevices } from '../../monitors/contract.ts';
import { withSignal } from './signals.ts';

export interface DeviceBox {
  open(
    devices: MonitorDevices,
    method: string,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<DeviceAnswer>;
  call(
    target: string,
    method: string,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<DeviceAnswer>;
}

/** `deviceId` where it opened something; `facts` are what can be read of that without a call. */
export interface DeviceAnswer {
  readonly deviceId?: number;
  readonly value?: unknown;
  readonly facts?: Readonly<Record<string, unknown>>;
}

const lists = z.enum(['listPrinterNodes', 'listSerial', 'listUsb']);
const opens = z.enum([
  'connectTcp',
  'openSnmp',
  'openOutput',
  'openPrinterNode',
  'openSerial',
  'openUsb',
]);
/** Of an open device, whatever its kind. */
const factNames = ['local', 'remote', 'takenBytes', 'info', 'kind', 'path'] as const;
const endings: readonly string[] = ['close', 'reset'];

export function createDeviceBox(): DeviceBox {
  const open = new Map<string, object>();
  let lastId = 0;
  return {
    async open(devices, method, args, signal) {
      const list = lists.safeParse(method);
      if (list.success) return { value: await devices[list.data]() };
      const real = withSignal(args, signal);
      const device: unknown = await Reflect.apply(devices[opens.parse(method)], devices, real);
      if (typeof device !== 'object' || device === null) throw new Error(`${method} gave nothing`);
      lastId += 1;
      open.set(`device:${lastId}`, device);
      return { deviceId: lastId, facts: factsOf(device) };
    },
    async call(target, method, args, signal) {
      const device = open.get(target);
      if (device === undefined) throw new Error('the device is closed');
      const work: unknown = Reflect.get(device, method);
      if (typeof work !== 'function') throw new Error(`the device has no ${method}`);
      if (endings.includes(method)) open.delete(target);
      const value: unknown = await Reflect.apply(work, device, withSignal(args, signal));
      return { value, facts: factsOf(device) };
    },
  };
}

function factsOf(device: object): Readonly<Record<string, unknown>> {
  const said = factNames.map((name) => [name, Reflect.get(device, name)] as const);
  return Object.fromEntries(said.filter(([, value]) => isFact(value)));
}

function isFact(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function';
}
