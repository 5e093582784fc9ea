// A printer that is plugged into the box gets a port and a printer by itself, once and for all.
import type { Clock, Timer, UsbDeviceInfo } from '../../hal/contract.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { Principal } from '../api/principal.ts';
import { devicesLimits as limits } from '../limits/devices-limits.ts';
import type { Spooler } from '../spooler/contract.ts';
import { listUsb, type PluggedUsb, portsByDevice } from './box-devices.ts';
import { makePrinter } from './printer-making.ts';
import { plainName, shownText } from './text.ts';

/**
 * The devices that had their turn, by name. One that is known gets nothing by itself any more,
 * whatever became of its printer: who removed it meant it.
 */
export interface PluggedMemory {
  has(name: string): Promise<boolean>;
  /** Durable when it resolves. */
  add(name: string): Promise<void>;
}

export interface PluggedOptions {
  readonly spooler: Pick<Spooler, 'ports' | 'printers'>;
  readonly memory: PluggedMemory;
  /** Cheap: asks no device. */
  readonly listBus: () => Promise<readonly Pick<UsbDeviceInfo, 'path' | 'address'>[]>;
  readonly clock: Clock;
  readonly log: MonitorLog;
}

export interface PluggedWatch {
  start(): void;
  /** Resolves once nothing is under way. */
  stop(): Promise<void>;
}

const itself: Principal = { kind: 'local-administrator' };

export function createPluggedWatch(options: PluggedOptions): PluggedWatch {
  const { clock, log } = options;
  let timer: Timer | undefined;
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  /** What was on the bus when all that was there had its turn. */
  let settled: string | undefined;

  const look = async (): Promise<void> => {
    try {
      const onBus = (await options.listBus())
        .map(({ path, address }) => `${path}@${address}`)
        .join();
      if (onBus !== settled && (await addNew(options))) settled = onBus;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn('plugged-in printers can not be looked at', { message });
    }
    if (!isStopped) schedule();
  };
  const schedule = () => {
    timer = clock.startTimer(limits.lookEachMs, () => {
      looking = look();
    });
  };
  return {
    start: schedule,
    async stop() {
      isStopped = true;
      timer?.cancel();
      await looking;
    },
  };
}

/** True when every device that is there has had its turn. */
async function addNew(options: PluggedOptions): Promise<boolean> {
  const { ports } = options.spooler;
  if (ports.monitors().find(({ name }) => name === 'usb')?.state !== 'ready') return false;
  let isDone = true;
  for (const device of await listUsb(ports)) {
    if (device.protocols.length === 0) continue;
    const name = memoryName(device);
    if (await options.memory.has(name)) continue;
    if (await takeTurn(options, device)) await options.memory.add(name);
    else isDone = false;
  }
  return isDone;
}

/** True: it has a printer, or is somebody else's business. */
async function takeTurn({ spooler, log }: PluggedOptions, device: PluggedUsb): Promise<boolean> {
  const { ports, printers } = spooler;
  const used = await portsByDevice(ports, 'usb');
  const portName = device.keys.map((key) => used.get(key)).find((each) => each !== undefined);
  const { printer: printerName, port } = namesOf(device);
  const all = await printers.list();
  const isOurs = portName === port && !all.some(({ portNames }) => portNames.includes(port));
  // A port of ours without a printer is what a power cut left.
  if (portName !== undefined && !isOurs) return true;
  const found = {
    key: device.device,
    source: 'usb',
    name: shownText(`${device.manufacturer} ${device.model}`),
    location: '',
    serialNumber: device.serialNumber,
    address: device.socket,
    deviceId: device.deviceId,
    commandSets: device.commandSets,
    port: { monitor: 'usb', input: { device: device.device } },
    ...(portName === undefined ? {} : { usedBy: portName }),
  } as const;
  const made = await makePrinter(spooler, found, { printer: printerName, port }, itself);
  if (made.kind === 'refused') {
    log.warn('a plugged-in printer could not be added', {
      device: device.device,
      message: made.message,
    });
    return false;
  }
  const { printer } = made;
  log.info('added a printer that was plugged in', { printer: printer.name, port: made.portName });
  return true;
}

/**
 * One without a serial number is what stands in a socket: another model there is another device.
 */
function memoryName({ device, modelId }: PluggedUsb): string {
  return device.startsWith('usb://path/') ? `${device} ${modelId}` : device;
}

function namesOf(device: PluggedUsb): { readonly printer: string; readonly port: string } {
  const isNamedBySocket = device.device.startsWith('usb://path/');
  const own = isNamedBySocket ? device.socket : device.serialNumber;
  const which = plainName(own) || plainName(device.socket);
  return {
    printer: plainName(device.model, which) || 'printer',
    port: plainName('usb', which),
  };
}
