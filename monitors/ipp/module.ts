// The ipp monitor: documents to network printers that speak IPP, with or without TLS (RFC 8011).
import type { MonitorModule } from '../contract.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { openIppPort } from './port.ts';
import { createIppWatch } from './watch.ts';
import { snmpSecrets } from '../snmp/settings.ts';
import type { SnmpTarget } from '../snmp/watch.ts';
import { type IppSettings, ippMonitorUI, ippSettingRows, ippSettingsSchema } from './settings.ts';
import { readIppTarget } from './target.ts';
import { ippXcvCommands } from './xcv-commands.ts';

export const ippMonitor: MonitorModule = {
  name: 'ipp',
  kind: 'port',
  locality: 'network',
  initializePrintMonitor2(init) {
    const watch = createIppWatch({ init });
    return createPortMonitor(init, {
      monitorName: ippMonitor.name,
      ui: ippMonitorUI,
      rows: ippSettingRows,
      schema: ippSettingsSchema,
      // What was learned is shown with the port's status.
      secrets: ['password', 'learned', ...snmpSecrets],
      snmp: snmpTargetOf,
      describe: ({ description, uri }) => ({
        description,
        types: ['write', 'net-attached'],
        ...hostOf(uri),
      }),
      open: (opening) => openIppPort({ init, opening, report: watch.reportOf(opening.name) }),
      commands: ippXcvCommands(init),
      watch,
    });
  },
  initializePrintMonitorUI: () => ippMonitorUI,
};

function snmpTargetOf(settings: IppSettings): SnmpTarget | undefined {
  const { host } = hostOf(settings.uri);
  return host === undefined ? undefined : { host, settings };
}

function hostOf(uri: string): { readonly host?: string } {
  const read = readIppTarget(uri);
  return read.kind === 'read' ? { host: read.target.host } : {};
}
