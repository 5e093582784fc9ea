// The usb monitor keeps the contract of port monitors, with a printer in memory.
import { portMonitorSuite } from './port-monitor-suite.ts';
import { makeUsbRig } from './usb-rig.ts';

portMonitorSuite('usb in memory', () => makeUsbRig());
