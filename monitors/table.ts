// The monitors that are built in; a new one is a new row.
import type { MonitorModule } from './contract.ts';
import { lprMonitor } from './lpr/module.ts';
import { tcpMonitor } from './tcp/module.ts';

export const builtInMonitors: readonly MonitorModule[] = [tcpMonitor, lprMonitor];
