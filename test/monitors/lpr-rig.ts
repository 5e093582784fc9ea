// The lpr monitor with an emulated LPD printer, over any Tcp: in memory, or the kernel's.
import type { Tcp } from '../../hal/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { lprMonitor } from '../../monitors/lpr/module.ts';
import type { Behaviour } from '../../tools/emulators/lpd-printer/behaviour.ts';
import { type LpdPrinter, startLpdPrinter } from '../../tools/emulators/lpd-printer/printer.ts';
import type { VirtualClock } from '../world/clock.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';

export interface LprMonitorRig extends PortMonitorRig {
  readonly printer: LpdPrinter;
}

export interface LprRigOptions {
  readonly tcp: Tcp;
  readonly clock: VirtualClock;
  readonly floodBytes: number;
  readonly behaviour?: Behaviour;
  readonly settings?: Readonly<Record<string, JsonValue>>;
}

export async function makeLprRig(options: LprRigOptions): Promise<LprMonitorRig> {
  const { tcp, clock, floodBytes, behaviour = {}, settings = {} } = options;
  const printer = await startLpdPrinter({
    tcp,
    clock,
    address: '127.0.0.1',
    port: 0,
    behaviour,
    keepData: true,
  });
  return {
    module: lprMonitor,
    clock,
    devices: devicesOver(tcp),
    printer,
    device: {
      work: () => printer.behave({}),
      refuse: () => printer.behave({ refuse: true }),
      stall: () => printer.behave({ stallAtByte: 0 }),
      breakAfter: (sizeBytes) => printer.behave({ resetAtByte: sizeBytes }),
      say() {},
      async untilDocuments(count) {
        const sessions = await printer.until(
          (all) => all.filter(({ end }) => end === 'printed').length >= count,
        );
        return sessions
          .filter(({ end }) => end === 'printed')
          .map(({ number }) => printer.dataOf(number));
      },
    },
    portInput: { host: printer.local.address, portNumber: printer.local.port, ...settings },
    floodBytes,
    dispose: () => printer.close(),
  };
}
