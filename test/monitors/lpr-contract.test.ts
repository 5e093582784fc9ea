// The lpr monitor keeps the contract of port monitors, in both orders of files, in memory and out.
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { makeLprRig } from './lpr-rig.ts';
import { portMonitorSuite } from './port-monitor-suite.ts';

const has = { backChannel: false };

for (const order of ['control-first', 'data-first']) {
  const inMemory = () => {
    const clock = new VirtualClock();
    const tcp = createFakeNetwork({ clock });
    return makeLprRig({ clock, tcp, floodBytes: 1024 * 1024, settings: { order } });
  };
  portMonitorSuite(`lpr in memory, ${order}`, inMemory, has);
}

const overTheKernel = () => {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  return makeLprRig({ clock, tcp, floodBytes: 24 * 1024 * 1024 });
};
portMonitorSuite('lpr over the kernel', overTheKernel, has);
