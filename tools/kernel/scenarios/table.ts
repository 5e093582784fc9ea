// What is shown on a real kernel, in the order in which it runs: later ones use printers of earlier
// ones.
import type { Scenario } from '../bench.ts';
import { ippUsbScenarios } from './ipp-usb.ts';
import { parallelScenarios } from './parallel.ts';
import { serialScenarios } from './serial.ts';
import { stopScenarios } from './stop.ts';
import { usbScenarios } from './usb.ts';
import { usbIpScenarios } from './usb-ip.ts';

export const scenarios: readonly Scenario[] = [
  ...usbScenarios,
  ...usbIpScenarios,
  ...ippUsbScenarios,
  ...parallelScenarios,
  ...serialScenarios,
  ...stopScenarios,
];
