// The tcp monitor: raw documents to printers on the network (AppSocket, JetDirect, port 9100).
import type { Monitor2, MonitorInit, MonitorModule, PortInfo, XcvPort } from '../contract.ts';
import { createSnmpWatch } from '../snmp/watch.ts';
import { openXcv } from '../xcv.ts';
import { createTcpPort } from './port.ts';
import { loadTcpPorts, type TcpPortEntry, type TcpPorts } from './ports.ts';
import { tcpMonitorUI } from './settings.ts';
import { tcpXcvCommands } from './xcv-commands.ts';

export const tcpMonitor: MonitorModule = {
  name: 'tcp',
  kind: 'port',
  locality: 'network',
  initializePrintMonitor2: async (init) => createInstance(init, await loadTcpPorts(init.registry)),
  initializePrintMonitorUI: () => tcpMonitorUI,
};

function createInstance(init: MonitorInit, ports: TcpPorts): Monitor2 {
  let running = true;
  const xcvHandles = new Set<XcvPort>();
  const snmpWatch = createSnmpWatch({
    init,
    targetOf(portName) {
      const settings = ports.find(portName)?.settings;
      if (settings?.kind !== 'read') return undefined;
      return { host: settings.settings.host, settings: settings.settings };
    },
  });
  return {
    enumPorts: async () => (running ? ports.list().map(portInfo) : []),

    async openPort(name) {
      const entry = running ? ports.find(name) : undefined;
      if (entry === undefined) {
        return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port "${name}"` };
      }
      if (entry.open !== undefined) {
        return { status: 'ERROR_BUSY', message: `the port "${entry.name}" is open already` };
      }
      const handle = createTcpPort({
        init,
        name: entry.name,
        settings: () => ports.find(name)?.settings ?? entry.settings,
        onConnected: (address) => ports.setLastAddress(name, address),
        onClosed: () => ports.setOpen(name, undefined),
      });
      ports.setOpen(name, handle);
      return { status: 'ERROR_SUCCESS', handle };
    },

    xcvOpenPort(object, grantedAccess) {
      const portName = object === '' ? undefined : object;
      if (!running || (portName !== undefined && ports.find(portName) === undefined)) {
        return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port "${object}"` };
      }
      const handle = openXcv({
        commands: tcpXcvCommands,
        context: { ports, portName },
        object: portName === undefined ? 'monitor' : 'port',
        grantedAccess,
      });
      xcvHandles.add(handle);
      return { status: 'ERROR_SUCCESS', handle };
    },

    notifyUsedPorts: (names) => snmpWatch.used(names),
    notifyUnusedPorts: (names) => snmpWatch.unused(names),

    async shutdown() {
      running = false;
      snmpWatch.stop();
      for (const { name, open } of ports.list()) {
        open?.cutOff();
        ports.setOpen(name, undefined);
      }
      for (const handle of xcvHandles) handle.xcvClosePort();
    },
  };
}

function portInfo({ name, settings }: TcpPortEntry): PortInfo {
  const read = settings.kind === 'read' ? settings.settings : undefined;
  return {
    name,
    monitorName: tcpMonitor.name,
    description: read?.description ?? '',
    types:
      read?.backChannel === false ? ['write', 'net-attached'] : ['write', 'read', 'net-attached'],
    ...(read === undefined ? {} : { host: read.host }),
  };
}
