// The lpr monitor: documents to queues of printers and print servers that speak LPD (RFC 1179).
import type { Monitor2, MonitorInit, MonitorModule } from '../contract.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { openLprPort } from './port.ts';
import { loadRetryTimeout } from './retry-timeout.ts';
import { snmpSecrets } from '../snmp/settings.ts';
import { lprMonitorUI, lprSettingRows, lprSettingsSchema } from './settings.ts';
import { lprXcvCommands } from './xcv-commands.ts';

export const lprMonitor: MonitorModule = {
  name: 'lpr',
  kind: 'port',
  locality: 'network',
  initializePrintMonitor2: createInstance,
  initializePrintMonitorUI: () => lprMonitorUI,
};

async function createInstance(init: MonitorInit): Promise<Monitor2> {
  const retryTimeout = await loadRetryTimeout(init.registry);
  return createPortMonitor(init, {
    monitorName: lprMonitor.name,
    ui: lprMonitorUI,
    rows: lprSettingRows,
    schema: lprSettingsSchema,
    secrets: snmpSecrets,
    snmp: (settings) => ({ host: settings.host, settings }),
    describe: ({ description, host }) => ({ description, host, types: ['write', 'net-attached'] }),
    open: (opening) =>
      openLprPort({ init, opening, retryTimeoutMs: () => retryTimeout.seconds() * 1000 }),
    commands: lprXcvCommands(init, retryTimeout),
  });
}
