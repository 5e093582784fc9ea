// The monitors that are built in; a new one is a new row.
import type { MonitorModule } from './contract.ts';
import { escposMonitor } from './escpos/module.ts';
import { ippMonitor } from './ipp/module.ts';
import { lprMonitor } from './lpr/module.ts';
import { pjlMonitor } from './pjl/module.ts';
import { tcpMonitor } from './tcp/module.ts';
import { zplMonitor } from './zpl/module.ts';

export const builtInMonitors: readonly MonitorModule[] = [
  tcpMonitor,
  lprMonitor,
  ippMonitor,
  pjlMonitor,
  zplMonitor,
  escposMonitor,
];
