// What is shown on a real kernel. The last group ends the appliance.
import type { ScenarioGroup } from '../bench.ts';
import { ippUsbGroup } from './ipp-usb.ts';
import { parallelGroup } from './parallel.ts';
import { serialGroup } from './serial.ts';
import { stopGroup } from './stop.ts';
import { usbGroup } from './usb.ts';
import { usbIpGroup } from './usb-ip.ts';

export const scenarioGroups: readonly ScenarioGroup[] = [
  usbGroup,
  usbIpGroup,
  ippUsbGroup,
  parallelGroup,
  serialGroup,
  stopGroup,
];
