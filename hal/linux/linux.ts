// The machine as a whole, on Linux.
import type { Hal } from '../contract.ts';
import { createLinuxAddresses } from './addresses.ts';
import { createLinuxClock, type LinuxClockOptions } from './clock.ts';
import { createLinuxDatabases } from './databases.ts';
import { createLinuxFiles } from './files.ts';
import { createLinuxLinks } from './links.ts';
import { createLinuxOutputs } from './outputs.ts';
import { createLinuxRandom } from './random.ts';
import { createLinuxSerial } from './serial.ts';
import { createLinuxSnmp } from './snmp.ts';
import { createLinuxTcp } from './tcp.ts';
import { createLinuxUdp } from './udp.ts';
import { createLinuxUsb } from './usb.ts';

export type LinuxHalOptions = LinuxClockOptions;

export function createLinuxHal(options: LinuxHalOptions): Hal {
  const clock = createLinuxClock(options);
  const addresses = createLinuxAddresses();
  return {
    clock,
    random: createLinuxRandom(),
    tcp: createLinuxTcp({ clock, addresses }),
    udp: createLinuxUdp(),
    addresses,
    links: createLinuxLinks(),
    snmp: createLinuxSnmp(),
    files: createLinuxFiles(),
    databases: createLinuxDatabases(),
    outputs: createLinuxOutputs(),
    serial: createLinuxSerial({ clock }),
    usb: createLinuxUsb(),
  };
}
