// The ipp monitor with an emulated IPP printer, over any Tcp: in memory, or the kernel's.
import type { Tcp } from '../../hal/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { ippMonitor } from '../../monitors/ipp/module.ts';
import type { Behaviour } from '../../tools/emulators/ipp-printer/behaviour.ts';
import { type IppPrinter, startIppPrinter } from '../../tools/emulators/ipp-printer/printer.ts';
import type { VirtualClock } from '../world/clock.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';

export interface IppMonitorRig extends PortMonitorRig {
  readonly printer: IppPrinter;
}

export interface IppRigOptions {
  readonly tcp: Tcp;
  readonly clock: VirtualClock;
  readonly floodBytes: number;
  /** What it always does, beside what the device is told. */
  readonly behaviour?: Behaviour;
  readonly settings?: Readonly<Record<string, JsonValue>>;
}

const completed = 9;

export async function makeIppRig(options: IppRigOptions): Promise<IppMonitorRig> {
  const { tcp, clock, floodBytes, behaviour = {}, settings = {} } = options;
  const address = '127.0.0.1';
  const printer = await startIppPrinter({
    tcp,
    clock,
    address,
    port: 0,
    behaviour,
    keepData: true,
  });
  return {
    module: ippMonitor,
    clock,
    devices: devicesOver(tcp),
    printer,
    device: {
      work: () => printer.behave(behaviour),
      refuse: () => printer.behave({ ...behaviour, refuse: true }),
      stall: () => printer.behave({ ...behaviour, stallAtByte: 0 }),
      breakAfter: (sizeBytes) => printer.behave({ ...behaviour, resetAtByte: sizeBytes }),
      say() {},
      async untilDocuments(count) {
        const jobs = await printer.until(
          (all) => all.filter(({ state }) => state === completed).length >= count,
        );
        return jobs.filter(({ state }) => state === completed).map(({ id }) => printer.dataOf(id));
      },
    },
    portInput: { uri: `ipp://${address}:${printer.local.port}/ipp/print`, ...settings },
    floodBytes,
    dispose: () => printer.close(),
  };
}
