// The monitors that are built in; a new one is a new row.
import type { MonitorModule } from './contract.ts';
import { escposMonitor } from './escpos/module.ts';
import { fileMonitor } from './file/module.ts';
import { ippMonitor } from './ipp/module.ts';
import { lprMonitor } from './lpr/module.ts';
import { parallelMonitor } from './parallel/module.ts';
import { pjlMonitor } from './pjl/module.ts';
import { serialMonitor } from './serial/module.ts';
import { tcpMonitor } from './tcp/module.ts';
import { usbMonitor } from './usb/module.ts';
import { zplMonitor } from './zpl/module.ts';

export const builtInMonitors: readonly MonitorModule[] = [
  tcpMonitor,
  lprMonitor,
  ippMonitor,
  usbMonitor,
  serialMonitor,
  parallelMonitor,
  fileMonitor,
  pjlMonitor,
  zplMonitor,
  escposMonitor,
];
