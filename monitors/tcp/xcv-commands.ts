// The Xcv commands of the tcp monitor beside those of all ports: TCPMON's names.
import { z } from 'zod';
import { formatIpAddress, parseIpAddress } from '../../hal/address.ts';
import { ofPort, type PortContext } from '../ports/port-commands.ts';
import { noInput, noOutput, type XcvAnswer, type XcvCommand, xcvCommand } from '../xcv.ts';
import type { LastAddresses } from './last-addresses.ts';
import type { TcpSettings } from './settings.ts';

type Context = PortContext<TcpSettings>;

export function tcpXcvCommands(lastAddresses: LastAddresses): readonly XcvCommand<Context>[] {
  return [...placeCommands(lastAddresses), ...snmpCommands, ...pollingCommands];
}

function placeCommands(lastAddresses: LastAddresses): readonly XcvCommand<Context>[] {
  return [
    xcvCommand({
      name: 'HostAddress',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'port',
      input: noInput,
      output: z.strictObject({ host: z.string() }),
      run: async (context: Context) =>
        ofPort(context, ({ host }) => ({ status: 'ERROR_SUCCESS', output: { host } })),
    }),
    xcvCommand({
      name: 'IPAddress',
      access: 'SERVER_ACCESS_ENUMERATE',
      object: 'port',
      input: noInput,
      output: z.strictObject({ address: z.string() }),
      run: async (context: Context) =>
        ofPort(context, ({ host }, { name }) => ipAddress(host, lastAddresses.find(name, host))),
    }),
  ];
}

const snmpCommands: readonly XcvCommand<Context>[] = (
  [
    ['SNMPEnabled', 'SERVER_ACCESS_ENUMERATE', 'snmpEnabled'],
    // Whoever may set it may read it: that is what TCPMON's clients ask for.
    ['SNMPCommunity', 'SERVER_ACCESS_ADMINISTER', 'snmpCommunity'],
    ['SNMPDeviceIndex', 'SERVER_ACCESS_ENUMERATE', 'snmpDeviceIndex'],
  ] as const
).map(([name, access, key]) =>
  xcvCommand({
    name,
    access,
    object: 'port',
    input: noInput,
    output: z.strictObject({ value: z.union([z.boolean(), z.string(), z.number()]) }),
    run: async (context: Context) =>
      ofPort(context, (settings) => ({
        status: 'ERROR_SUCCESS',
        output: { value: settings[key] },
      })),
  }),
);

const pollingCommands: readonly XcvCommand<Context>[] = (
  ['GetIdlePollingState', 'SetIdlePollingState'] as const
).map((name) =>
  xcvCommand({
    name,
    access: 'SERVER_ACCESS_ADMINISTER',
    object: 'port',
    input: z.unknown(),
    output: noOutput,
    run: async (_context: Context) => ({
      status: 'ERROR_NOT_SUPPORTED',
      message: 'an idle printer is asked by SNMP alone: switch snmpEnabled with ConfigPort',
    }),
  }),
);

function ipAddress(host: string, last: string | undefined): XcvAnswer<{ address: string }> {
  const written = parseIpAddress(host);
  const address = written === undefined ? last : formatIpAddress(written);
  if (address !== undefined) return { status: 'ERROR_SUCCESS', output: { address } };
  return { status: 'ERROR_NOT_READY', message: 'known once the port was connected' };
}
