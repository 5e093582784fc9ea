// The Xcv commands of the tcp monitor: TCPMON's names, and the two that ask about a name.
import { z } from 'zod';
import { formatIpAddress, parseIpAddress } from '../../hal/address.ts';
import { portNameProblem } from '../port-name.ts';
import {
  noInput,
  noOutput,
  type XcvAnswer,
  type XcvCommand,
  xcvCommand,
  xcvPayloadVersion,
} from '../xcv.ts';
import { snmpSecrets } from '../snmp/settings.ts';
import type { TcpPortEntry, TcpPorts } from './ports.ts';
import {
  portNameSchema,
  type TcpSettings,
  tcpChangesSchema,
  tcpMonitorUI,
  tcpSettingsOutputSchema,
  tcpSettingsSchema,
} from './settings.ts';

/** What the commands work on: the instance's ports, and the port whose handle it is. */
export interface TcpXcvContext {
  readonly ports: TcpPorts;
  /** Undefined on the monitor's own handle. */
  readonly portName: string | undefined;
}

const anyName = z.strictObject({ name: z.string() });
const uiOutput = z.strictObject({ name: z.string(), version: z.int() });
const configOutput = z.strictObject({
  version: z.literal(xcvPayloadVersion),
  name: z.string(),
  ...tcpSettingsOutputSchema.shape,
});

export const tcpXcvCommands: readonly XcvCommand<TcpXcvContext>[] = [
  xcvCommand({
    name: 'AddPort',
    access: 'SERVER_ACCESS_ADMINISTER',
    object: 'monitor',
    input: z.strictObject({ name: portNameSchema, ...tcpSettingsSchema.shape }),
    output: noOutput,
    run: async ({ ports }: TcpXcvContext, { name, ...settings }) =>
      (await ports.add(name, settings)) === 'added'
        ? { status: 'ERROR_SUCCESS', output: null }
        : { status: 'ERROR_ALREADY_EXISTS', message: `there is a port "${name}" already` },
  }),
  xcvCommand({
    name: 'DeletePort',
    access: 'SERVER_ACCESS_ADMINISTER',
    object: 'either',
    input: z.union([z.null(), z.strictObject({ name: z.string().optional() })]),
    output: noOutput,
    run: async ({ ports, portName }: TcpXcvContext, input) => {
      const name = input?.name ?? portName;
      if (name === undefined) return { status: 'ERROR_INVALID_DATA', message: 'name: is missing' };
      const outcome = await ports.remove(name);
      if (outcome === 'unknown') return unknownPort(name);
      if (outcome === 'removed') return { status: 'ERROR_SUCCESS', output: null };
      const message = `the port "${name}" is in use: take it from its printers first`;
      return { status: 'ERROR_BUSY', message };
    },
  }),
  xcvCommand({
    name: 'ConfigPort',
    access: 'SERVER_ACCESS_ADMINISTER',
    object: 'port',
    input: tcpChangesSchema,
    output: noOutput,
    run: async ({ ports, portName = '' }: TcpXcvContext, changes) => {
      if (ports.find(portName)?.settings.kind === 'invalid' && changes.host === undefined) {
        const message = 'host: is missing; the stored settings can not be read, so name it anew';
        return { status: 'ERROR_INVALID_DATA', message };
      }
      const outcome = await ports.change(portName, ({ settings }) =>
        changedSettings(settings, changes),
      );
      return outcome === 'changed'
        ? { status: 'ERROR_SUCCESS', output: null }
        : unknownPort(portName);
    },
  }),
  xcvCommand({
    name: 'GetConfigInfo',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'port',
    input: noInput,
    output: configOutput,
    run: async (context: TcpXcvContext) =>
      ofPort(context, ({ name, settings }) =>
        settings.kind === 'read'
          ? {
              status: 'ERROR_SUCCESS',
              output: { version: xcvPayloadVersion, name, ...withoutSecrets(settings.settings) },
            }
          : { status: 'ERROR_INVALID_DATA', message: settings.message },
      ),
  }),
  xcvCommand({
    name: 'HostAddress',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'port',
    input: noInput,
    output: z.strictObject({ host: z.string() }),
    run: async (context: TcpXcvContext) =>
      ofPort(context, ({ settings }) =>
        settings.kind === 'read'
          ? { status: 'ERROR_SUCCESS', output: { host: settings.settings.host } }
          : { status: 'ERROR_INVALID_DATA', message: settings.message },
      ),
  }),
  xcvCommand({
    name: 'IPAddress',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'port',
    input: noInput,
    output: z.strictObject({ address: z.string() }),
    run: async (context: TcpXcvContext) => ofPort(context, ipAddress),
  }),
  ...(
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
      run: async (context: TcpXcvContext) =>
        ofPort(context, ({ settings }) =>
          settings.kind === 'read'
            ? { status: 'ERROR_SUCCESS', output: { value: settings.settings[key] } }
            : { status: 'ERROR_INVALID_DATA', message: settings.message },
        ),
    }),
  ),
  xcvCommand({
    name: 'MonitorUI',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'either',
    input: noInput,
    output: uiOutput,
    run: async (_context: TcpXcvContext) => ({
      status: 'ERROR_SUCCESS',
      output: { name: 'tcp', version: tcpMonitorUI.version },
    }),
  }),
  xcvCommand({
    name: 'PortExists',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'monitor',
    input: anyName,
    output: z.strictObject({ exists: z.boolean() }),
    run: async ({ ports }: TcpXcvContext, { name }) => ({
      status: 'ERROR_SUCCESS',
      output: { exists: ports.find(name) !== undefined },
    }),
  }),
  xcvCommand({
    name: 'PortIsValid',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'monitor',
    input: anyName,
    output: noOutput,
    run: async (_context: TcpXcvContext, { name }) => {
      const problem = portNameProblem(name);
      return problem === undefined
        ? { status: 'ERROR_SUCCESS', output: null }
        : { status: 'ERROR_INVALID_NAME', message: problem };
    },
  }),
  ...(['GetIdlePollingState', 'SetIdlePollingState'] as const).map((name) =>
    xcvCommand({
      name,
      access: 'SERVER_ACCESS_ADMINISTER',
      object: 'port',
      input: z.unknown(),
      output: noOutput,
      run: async (_context: TcpXcvContext) => ({
        status: 'ERROR_NOT_SUPPORTED',
        message: 'an idle printer is asked by SNMP alone: switch snmpEnabled with ConfigPort',
      }),
    }),
  ),
];

function ofPort<Output>(
  { ports, portName = '' }: TcpXcvContext,
  work: (entry: TcpPortEntry) => XcvAnswer<Output>,
): XcvAnswer<Output> {
  const entry = ports.find(portName);
  return entry === undefined ? unknownPort(portName) : work(entry);
}

function withoutSecrets(settings: TcpSettings) {
  const shown = Object.entries(settings).filter(([key]) => !isSecret(key));
  return tcpSettingsOutputSchema.parse(Object.fromEntries(shown));
}

function isSecret(key: string): boolean {
  return snmpSecrets.some((secret) => secret === key);
}

function ipAddress({ settings, lastAddress }: TcpPortEntry): XcvAnswer<{ address: string }> {
  const written = settings.kind === 'read' ? parseIpAddress(settings.settings.host) : undefined;
  const address = written === undefined ? lastAddress : formatIpAddress(written);
  if (address !== undefined) return { status: 'ERROR_SUCCESS', output: { address } };
  return { status: 'ERROR_NOT_READY', message: 'known once the port was connected' };
}

function unknownPort(name: string): XcvAnswer<never> {
  return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port "${name}"` };
}

/** A port whose stored settings can't be read is mended by naming what is wrong anew. */
function changedSettings(
  stored: TcpPortEntry['settings'],
  changes: z.output<typeof tcpChangesSchema>,
): TcpSettings {
  return tcpSettingsSchema.parse({
    ...(stored.kind === 'read' ? stored.settings : {}),
    ...changes,
  });
}
