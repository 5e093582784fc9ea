// The tcp monitor: raw documents to printers on the network (AppSocket, JetDirect, port 9100).
import type { Monitor2, MonitorInit, MonitorModule } from '../contract.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { snmpSecrets } from '../snmp/settings.ts';
import { createLastAddresses } from './last-addresses.ts';
import { createTcpPort } from './port.ts';
import { tcpMonitorUI, tcpSettingRows, tcpSettingsSchema } from './settings.ts';
import { tcpXcvCommands } from './xcv-commands.ts';

export const tcpMonitor: MonitorModule = {
  name: 'tcp',
  kind: 'port',
  locality: 'network',
  initializePrintMonitor2: createInstance,
  initializePrintMonitorUI: () => tcpMonitorUI,
};

async function createInstance(init: MonitorInit): Promise<Monitor2> {
  const lastAddresses = createLastAddresses();
  return createPortMonitor(init, {
    monitorName: tcpMonitor.name,
    ui: tcpMonitorUI,
    rows: tcpSettingRows,
    schema: tcpSettingsSchema,
    secrets: snmpSecrets,
    snmp: (settings) => ({ host: settings.host, settings }),
    describe: ({ description, host, backChannel }) => ({
      description,
      host,
      types: backChannel ? ['write', 'read', 'net-attached'] : ['write', 'net-attached'],
    }),
    open: (opening) => createTcpPort({ init, opening, onConnected: lastAddresses.connected }),
    commands: tcpXcvCommands(lastAddresses),
  });
}
