// The one table of what the agent shows, made of the files beside it; a feature adds a file of
// rows.
import { hostRows } from './host-resources.ts';
import { ifRows } from './if-mib.ts';
import { platenRows } from './platen-mib.ts';
import { portMonitorRows } from './port-monitor.ts';
import { printerGeneralRows } from './printer-general.ts';
import { printerSubunitRows } from './printer-subunits.ts';
import { allRows } from './rows.ts';
import { snmpv2Rows } from './snmpv2-mib.ts';

export const mibRows = allRows([
  snmpv2Rows,
  ifRows,
  hostRows,
  printerGeneralRows,
  printerSubunitRows,
  portMonitorRows,
  platenRows,
]);
