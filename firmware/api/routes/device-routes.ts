// Rows of the API: devices that printers can be made of. Nothing from the network adds itself.
import { z } from 'zod';
import { startDeadline } from '../../../hal/time.ts';
import type { Devices } from '../../devices/contract.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import { devicesLimits as limits } from '../../limits/devices-limits.ts';
import { administrators, operators } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { device, devicePrinter, newDevicePrinter } from '../schemas/device.ts';
import type { ApiServices } from '../services.ts';

const devices = z.object({ items: z.array(device) });

export const deviceRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/devices',
    summary: 'What is plugged in, and the printers that announce themselves by DNS-SD',
    tag: 'ports',
    who: operators,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: devices,
    run: async ({ services }) =>
      withDevices(services, async (found) => ({ items: [...(await found.list())] })),
  }),
  jsonRoute({
    method: 'POST',
    path: '/devices/search',
    summary: 'Asks the whole network by SNMP broadcast for printers',
    tag: 'ports',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: devices,
    run: async ({ services }) =>
      withDevices(services, async (found) => {
        using deadline = startDeadline(services.clock, limits.searchMs * 2);
        return { items: [...(await found.search(deadline.signal))] };
      }),
  }),
  jsonRoute({
    method: 'POST',
    path: '/devices',
    summary: 'Adds a port and a printer for a device that was listed or found',
    tag: 'ports',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newDevicePrinter,
    output: devicePrinter,
    status: 201,
    run: async ({ input, principal, services }) =>
      withDevices<z.infer<typeof devicePrinter> | Refusal>(services, (found) =>
        found.add(input, principal),
      ),
  }),
];

async function withDevices<T>(
  { devices: found }: Pick<ApiServices, 'devices'>,
  work: (devices: Devices) => Promise<T>,
): Promise<T | Refusal> {
  if (found !== undefined) return work(found);
  return refused('not-found', 'The devices are not looked after yet: try again in a moment.');
}
