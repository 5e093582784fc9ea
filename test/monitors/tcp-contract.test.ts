// The tcp monitor keeps the contract of port monitors, over TCP in memory and over the kernel's.
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { withTicking } from './fifo.ts';
import { portMonitorSuite } from './port-monitor-suite.ts';
import { makeTcpRig } from './tcp-rig.ts';

portMonitorSuite('tcp in memory', () => {
  const clock = new VirtualClock();
  return makeTcpRig({ clock, tcp: createFakeNetwork({ clock }), floodBytes: 1024 * 1024 });
});

portMonitorSuite('tcp over the kernel', async () => {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  return withTicking(await makeTcpRig({ clock, tcp, floodBytes: 24 * 1024 * 1024 }));
});
