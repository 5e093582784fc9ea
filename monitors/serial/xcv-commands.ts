// The Xcv commands of the serial monitor beside those of all ports: LOCALMON's, and its devices.
import { z } from 'zod';
import type { MonitorInit } from '../contract.ts';
import { ofPort, type PortContext, unknownPort } from '../ports/port-commands.ts';
import { noInput, noOutput, type XcvCommand, xcvCommand } from '../xcv.ts';
import { serialLineChangesSchema, type SerialSettings, serialSettingsSchema } from './settings.ts';

type Context = PortContext<SerialSettings>;

/** LOCALMON asks the monitor's handle by name, and a port's own handle without. */
const portOf = z.strictObject({ name: z.string().optional() });

export function serialXcvCommands({
  devices,
}: Pick<MonitorInit, 'devices'>): readonly XcvCommand<Context>[] {
  return [
    xcvCommand({
      name: 'GetDefaultCommConfig',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'either',
      input: z.union([z.null(), portOf]),
      output: serialLineChangesSchema.required(),
      run: async (context: Context, input) =>
        ofPort(named(context, input?.name), (settings) => {
          const { baudRate, dataBits, parity, stopBits, flow, dtr } = settings;
          return {
            status: 'ERROR_SUCCESS',
            output: { baudRate, dataBits, parity, stopBits, flow, dtr },
          };
        }),
    }),
    xcvCommand({
      name: 'SetDefaultCommConfig',
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'either',
      input: serialLineChangesSchema.extend(portOf.shape),
      output: noOutput,
      run: async (context: Context, { name, ...changes }) =>
        ofPort<SerialSettings, null>(named(context, name), async (_settings, entry) => {
          const outcome = await context.ports.change(entry.name, ({ settings }) =>
            serialSettingsSchema.parse({
              ...(settings.kind === 'read' ? settings.settings : {}),
              ...changes,
            }),
          );
          return outcome === 'changed'
            ? { status: 'ERROR_SUCCESS', output: null }
            : unknownPort(entry.name);
        }),
    }),
    xcvCommand({
      name: 'ListDevices',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'monitor',
      input: noInput,
      output: z.strictObject({
        devices: z.array(z.strictObject({ device: z.string(), driver: z.string() })),
      }),
      run: async (_context: Context) => {
        const found = await devices.listSerial();
        const devicesFound = found.map(({ path, driver }) => ({ device: path, driver }));
        return { status: 'ERROR_SUCCESS', output: { devices: devicesFound } };
      },
    }),
  ];
}

function named(context: Context, name: string | undefined): Context {
  return { ...context, portName: context.portName ?? name };
}
