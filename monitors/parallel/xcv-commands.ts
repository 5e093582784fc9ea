// The Xcv commands of the parallel monitor beside those of all ports: LOCALMON's, and its nodes.
import { z } from 'zod';
import type { PrinterNode } from '../../hal/contract.ts';
import type { MonitorInit } from '../contract.ts';
import type { PortContext } from '../ports/port-commands.ts';
import { parseDeviceId } from '../wire/ieee1284/device-id.ts';
import { noInput, noOutput, type XcvCommand, xcvCommand } from '../xcv.ts';
import { parallelMonitorLimits } from './limits.ts';
import type { RetryTimeout } from './retry-timeout.ts';
import type { ParallelSettings } from './settings.ts';

type Context = PortContext<ParallelSettings>;

const listedDevice = z.strictObject({
  /** For AddPort. */
  device: z.string(),
  manufacturer: z.string(),
  model: z.string(),
  serialNumber: z.string(),
  /** The 1284 id, where the kernel knows it. */
  deviceId: z.string(),
  commandSets: z.array(z.string()),
});

const { min, max } = parallelMonitorLimits.transmissionRetrySeconds;

export function parallelXcvCommands(
  { devices }: Pick<MonitorInit, 'devices'>,
  retryTimeout: RetryTimeout,
): readonly XcvCommand<Context>[] {
  return [
    xcvCommand({
      name: 'GetTransmissionRetryTimeout',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'either',
      input: noInput,
      output: z.strictObject({ seconds: z.int() }),
      run: async (_context: Context) => ({
        status: 'ERROR_SUCCESS',
        output: { seconds: retryTimeout.seconds() },
      }),
    }),
    xcvCommand({
      name: 'ConfigureLPTPortCommandOK',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'either',
      input: z.strictObject({ seconds: z.int().min(min).max(max) }),
      output: noOutput,
      run: async (_context: Context, { seconds }) => {
        await retryTimeout.set(seconds);
        return { status: 'ERROR_SUCCESS', output: null };
      },
    }),
    xcvCommand({
      name: 'ListDevices',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'monitor',
      input: noInput,
      output: z.strictObject({ devices: z.array(listedDevice) }),
      run: async (_context: Context) => {
        const nodes = await devices.listPrinterNodes();
        const found = nodes.filter(({ path }) => /^\/dev\/lp\d+$/.test(path));
        return {
          status: 'ERROR_SUCCESS',
          output: { devices: found.map(listed) },
        };
      },
    }),
  ];
}

function listed({ path, ieee1284Id }: PrinterNode): z.output<typeof listedDevice> {
  const id = parseDeviceId(new TextEncoder().encode(ieee1284Id ?? ''));
  return {
    device: path,
    manufacturer: id?.manufacturer ?? '',
    model: id?.model ?? '',
    serialNumber: id?.serialNumber ?? '',
    deviceId: id?.text ?? '',
    commandSets: [...(id?.commandSets ?? [])],
  };
}
