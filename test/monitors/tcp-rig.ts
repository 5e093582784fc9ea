// The tcp monitor with an emulated raw printer, over any Tcp: in memory, or the kernel's.
import type { Tcp } from '../../hal/contract.ts';
import type { MonitorDevices } from '../../monitors/contract.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import type { Behaviour } from '../../tools/emulators/raw-printer/behaviour.ts';
import { type RawPrinter, startRawPrinter } from '../../tools/emulators/raw-printer/printer.ts';
import { createMemorySink } from '../../tools/emulators/raw-printer/sink.ts';
import { noLocalDevices } from '../fakes/no-devices.ts';
import type { VirtualClock } from '../world/clock.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';

export interface TcpMonitorRig extends PortMonitorRig {
  readonly printer: RawPrinter;
  bytesOf(session: number): Buffer;
}

export interface TcpRigOptions {
  readonly tcp: Tcp;
  readonly clock: VirtualClock;
  readonly floodBytes: number;
  readonly behaviour?: Behaviour;
}

/** Only addresses of documentation (RFC 5737) are refused, as those of the appliance would be. */
export function devicesOver(tcp: Tcp): MonitorDevices {
  return {
    ...noLocalDevices,
    connectTcp: (options) =>
      tcp.connect({
        ...options,
        refuseAddress: (address) =>
          address.startsWith('198.51.100.') ? `${address} is ours` : undefined,
      }),
  };
}

export async function makeTcpRig(options: TcpRigOptions): Promise<TcpMonitorRig> {
  const { tcp, clock, floodBytes, behaviour = {} } = options;
  const sink = createMemorySink();
  const printer = await startRawPrinter({
    tcp,
    clock,
    address: '127.0.0.1',
    port: 0,
    openSink: sink.open,
    behaviour,
  });
  return {
    module: tcpMonitor,
    clock,
    devices: devicesOver(tcp),
    printer,
    bytesOf: (session) => sink.bytesOf(session),
    device: {
      work: () => printer.behave({}),
      refuse: () => printer.behave({ refuse: true }),
      stall: () => printer.behave({ stallAtByte: 0 }),
      breakAfter: (sizeBytes) => printer.behave({ resetAtByte: sizeBytes }),
      say: (text) => printer.say(text),
      async untilDocuments(count) {
        const whole = await printer.until(
          (sessions) => sessions.filter(({ end }) => end === 'fin').length >= count,
        );
        return whole.filter(({ end }) => end === 'fin').map(({ number }) => sink.bytesOf(number));
      },
    },
    portInput: { host: printer.local.address, portNumber: printer.local.port },
    floodBytes,
    dispose: () => printer.close(),
  };
}
