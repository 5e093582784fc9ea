// The doors of a group's spooler: whatever would put a local port, a printer that uses one, or an
// unconverted monitor into the group is refused here, by name and reason, whoever asks.
import type { Addresses, Clock } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import type { LocalityRules } from '../../monitors/locality.ts';
import type { JsonValue, MonitorModule } from '../../monitors/contract.ts';
import {
  type GroupPort,
  refuseGroupMonitor,
  refuseGroupPort,
  refuseGroupPrinter,
} from '../cluster/refusal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { groupLimits } from '../limits/group-limits.ts';
import type { PrinterSettings } from '../printers/printer.ts';
import type { Ports, PortStatus, Printers, Spooler } from '../spooler/contract.ts';

export interface GroupDoorsOptions {
  /** The group's name, for people. */
  readonly group: string;
  readonly monitors: readonly MonitorModule[];
  readonly rules: () => LocalityRules;
  readonly addresses: Pick<Addresses, 'resolve'>;
  readonly clock: Clock;
  /** Of the node's own spooler: a port of this name is no port of the group. */
  readonly localPorts: () => Promise<readonly PortStatus[]>;
}

/** The same spooler, whose ports and printers are looked at before they are made or changed. */
export function guardGroup(spooler: Spooler, options: GroupDoorsOptions): Spooler {
  const ports = guardPorts(spooler.ports, options);
  return { ...spooler, ports, printers: guardPrinters(spooler.printers, spooler.ports, options) };
}

function guardPorts(ports: Ports, options: GroupDoorsOptions): Ports {
  return {
    ...ports,
    async xcv(target, command, input, by) {
      const module = options.monitors.find(({ name }) => name === target.monitor);
      const refusal =
        module === undefined
          ? undefined
          : await refuseXcv(module, target.portName ?? nameIn(input), input, options);
      return refusal ?? ports.xcv(target, command, input, by);
    },
  };
}

/** Any call that names a host, whatever the command is called: adding, configuring, renaming. */
async function refuseXcv(
  module: MonitorModule,
  name: string,
  input: JsonValue,
  options: GroupDoorsOptions,
): Promise<Refusal | undefined> {
  const { group, rules } = options;
  const unfit = refuseGroupMonitor(module, group);
  if (unfit !== undefined) return unfit;
  for (const host of hostsIn(input)) {
    const resolved = await resolve(host, options);
    const refusal = refuseGroupPort({ name, module, host, resolved }, group, rules());
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function guardPrinters(printers: Printers, ports: Ports, options: GroupDoorsOptions): Printers {
  const refuse = async (name: string, { portNames }: PrinterSettings) => {
    if (portNames === undefined) return undefined;
    const [own, local] = await Promise.all([ports.list(), options.localPorts()]);
    const named = portNames.map((portName) => ({
      name: portName,
      port: asGroupPort(portName, own, local, options),
    }));
    const unknown = named.find(({ port }) => port === undefined);
    const isLocals = unknown !== undefined && find(unknown.name, local) !== undefined;
    if (unknown !== undefined && isLocals) return notTheGroups(name, unknown.name, options.group);
    return refuseGroupPrinter({ name, ports: named }, options.group, options.rules());
  };
  return {
    ...printers,
    async create(name, settings, by) {
      return (await refuse(name, settings)) ?? printers.create(name, settings, by);
    },
    async change(id, settings, by) {
      const name = (await printers.find(id))?.name ?? id;
      return (await refuse(name, settings)) ?? printers.change(id, settings, by);
    },
  };
}

/** A port of the group, or a port of this box that can never be one. */
function asGroupPort(
  name: string,
  own: readonly PortStatus[],
  local: readonly PortStatus[],
  { monitors, group }: GroupDoorsOptions,
): GroupPort | undefined {
  const isOwn = find(name, own) !== undefined;
  const info = (find(name, own) ?? find(name, local))?.info;
  const module = monitors.find((each) => each.name === info?.monitorName);
  if (module === undefined) return undefined;
  // Its address was looked at when it was made, and is again at each connect.
  const port = { name, module, host: undefined, resolved: [] };
  return isOwn || refuseGroupMonitor(module, group) !== undefined ? port : undefined;
}

function find(name: string, ports: readonly PortStatus[]): PortStatus | undefined {
  return ports.find(({ info }) => info.name.toLowerCase() === name.toLowerCase());
}

function notTheGroups(printer: string, port: string, group: string): Refusal {
  return refused(
    'not-clusterable',
    `printer "${printer}" can't be in group "${group}": port "${port}" is one of this appliance ` +
      'alone; add it to the group',
  );
}

const hostFields = ['host', 'uri'];

/** Where a command's input leads to: host names, addresses and those of URIs. */
function hostsIn(input: JsonValue): readonly string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  return Object.entries(input).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    const ofUri = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(value)?.[1];
    if (ofUri !== undefined) return [ofUri.replace(/^\[|\]$/g, '')];
    return hostFields.includes(name) && value !== '' ? [value] : [];
  });
}

function nameIn(input: JsonValue): string {
  const named = typeof input === 'object' && input !== null && 'name' in input;
  return named && typeof input['name'] === 'string' ? input['name'] : '';
}

/** What can't be resolved now leads nowhere now; each connect looks again. */
async function resolve(
  host: string,
  { addresses, clock }: GroupDoorsOptions,
): Promise<readonly string[]> {
  using deadline = startDeadline(clock, groupLimits.resolveMs);
  try {
    return await addresses.resolve(host, deadline.signal);
  } catch (error) {
    if (isHalError(error)) return [];
    throw error;
  }
}
