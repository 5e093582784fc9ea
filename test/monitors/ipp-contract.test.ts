// The ipp monitor keeps the contract of port monitors, with Create-Job and Print-Job printers.
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { makeIppRig } from './ipp-rig.ts';
import { portMonitorSuite } from './port-monitor-suite.ts';

const has = { backChannel: false };

for (const noCreateJob of [false, true]) {
  const inMemory = () => {
    const clock = new VirtualClock();
    const tcp = createFakeNetwork({ clock });
    return makeIppRig({ clock, tcp, floodBytes: 1024 * 1024, behaviour: { noCreateJob } });
  };
  portMonitorSuite(`ipp in memory, ${noCreateJob ? 'Print-Job' : 'Create-Job'}`, inMemory, has);
}

const overTheKernel = () => {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  return makeIppRig({ clock, tcp, floodBytes: 24 * 1024 * 1024 });
};
portMonitorSuite('ipp over the kernel', overTheKernel, has);
