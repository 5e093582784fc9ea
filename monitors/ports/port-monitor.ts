// One instance of a port monitor over its table of ports: what is alike in all kinds of port.
import type { Monitor2, MonitorInit, PortInfo, XcvPort } from '../contract.ts';
import type { SettingsRead } from '../registry-values.ts';
import { createSnmpWatch, type SnmpTarget } from '../snmp/watch.ts';
import { openXcv, type XcvCommand } from '../xcv.ts';
import { type PortCommandsOptions, type PortContext, portCommands } from './port-commands.ts';
import { loadPortTable, type OpenPort, type PlainSettings, type PortTable } from './port-table.ts';

/** A port that is being opened. */
export interface PortOpening<Settings> {
  readonly name: string;
  /** As they are now; to be asked at the start of each document. */
  readonly settings: () => SettingsRead<Settings>;
  /** For what a port learns by itself; nothing happens where its settings can't be read. */
  readonly change: (changed: (settings: Settings) => Settings) => Promise<void>;
  /** To be called by closePort. */
  readonly onClosed: () => void;
}

/** What one kind of port adds. */
export interface PortMonitorKind<Settings> extends PortCommandsOptions<Settings> {
  readonly describe: (settings: Settings) => Pick<PortInfo, 'description' | 'types' | 'host'>;
  readonly open: (opening: PortOpening<Settings>) => OpenPort;
  readonly commands: readonly XcvCommand<PortContext<Settings>>[];
  /** How the printers of network ports are asked by SNMP, where they are. */
  readonly snmp?: (settings: Settings) => SnmpTarget | undefined;
  /** Asks the printers of used ports in the kind's own way. */
  readonly watch?: PortWatch<Settings>;
}

export interface PortWatch<Settings> {
  /** Those that are watched already are passed by. */
  used(ports: readonly WatchedPort<Settings>[]): void;
  unused(portNames: readonly string[]): void;
  stop(): void;
}

/** `settings` answers undefined once the port is gone. */
export interface WatchedPort<Settings> {
  readonly name: string;
  readonly settings: () => SettingsRead<Settings> | undefined;
  readonly change: PortOpening<Settings>['change'];
}

export async function createPortMonitor<Settings extends PlainSettings>(
  init: Pick<MonitorInit, 'registry' | 'clock' | 'devices' | 'reportStatus' | 'log'>,
  kind: PortMonitorKind<Settings>,
): Promise<Monitor2> {
  const ports = await loadPortTable(init.registry, kind);
  const commands = [...portCommands(kind), ...kind.commands];
  const xcvHandles = new Set<XcvPort>();
  let running = true;
  const snmpWatch = createSnmpWatch({
    init,
    targetOf(portName) {
      const settings = ports.find(portName)?.settings;
      return settings?.kind === 'read' ? kind.snmp?.(settings.settings) : undefined;
    },
  });
  return {
    enumPorts: async () =>
      running
        ? ports.list().map(({ name, settings }) => ({
            name,
            monitorName: kind.monitorName,
            ...(settings.kind === 'read' ? kind.describe(settings.settings) : unreadable),
          }))
        : [],

    async openPort(name) {
      const entry = running ? ports.find(name) : undefined;
      if (entry === undefined) {
        return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port "${name}"` };
      }
      if (entry.open !== undefined) {
        return { status: 'ERROR_BUSY', message: `the port "${entry.name}" is open already` };
      }
      const handle = kind.open(openingOf(ports, entry.name, entry.settings));
      ports.setOpen(name, handle);
      return { status: 'ERROR_SUCCESS', handle };
    },

    xcvOpenPort(object, grantedAccess) {
      const portName = object === '' ? undefined : object;
      if (!running || (portName !== undefined && ports.find(portName) === undefined)) {
        return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port "${object}"` };
      }
      const handle = openXcv({
        commands,
        context: { ports, portName },
        object: portName === undefined ? 'monitor' : 'port',
        grantedAccess,
      });
      xcvHandles.add(handle);
      return {
        status: 'ERROR_SUCCESS',
        handle: {
          xcvDataPort: (name, input, call) => handle.xcvDataPort(name, input, call),
          xcvClosePort() {
            xcvHandles.delete(handle);
            handle.xcvClosePort();
          },
        },
      };
    },

    notifyUsedPorts(names) {
      snmpWatch.used(names);
      const known = names.flatMap((name) => ports.find(name) ?? []);
      kind.watch?.used(
        known.map(({ name }) => ({
          name,
          settings: () => ports.find(name)?.settings,
          change: (changed) => changeSettings(ports, name, changed),
        })),
      );
    },
    notifyUnusedPorts(names) {
      snmpWatch.unused(names);
      kind.watch?.unused(names);
    },

    async shutdown() {
      running = false;
      snmpWatch.stop();
      kind.watch?.stop();
      for (const { name, open } of ports.list()) {
        open?.cutOff();
        ports.setOpen(name, undefined);
      }
      for (const handle of xcvHandles) handle.xcvClosePort();
      xcvHandles.clear();
    },
  };
}

/** What can be said of a port whose settings can't be read. */
const unreadable = { description: '', types: ['write'] } as const;

function openingOf<Settings>(
  ports: PortTable<Settings>,
  name: string,
  first: SettingsRead<Settings>,
): PortOpening<Settings> {
  return {
    name,
    settings: () => ports.find(name)?.settings ?? first,
    change: (changed) => changeSettings(ports, name, changed),
    onClosed: () => ports.setOpen(name, undefined),
  };
}

async function changeSettings<Settings>(
  ports: PortTable<Settings>,
  name: string,
  changed: (settings: Settings) => Settings,
): Promise<void> {
  if (ports.find(name)?.settings.kind !== 'read') return;
  await ports.change(name, ({ settings }) => {
    if (settings.kind === 'invalid') throw new Error(settings.message);
    return changed(settings.settings);
  });
}
