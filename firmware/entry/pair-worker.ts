// The pair's thread: link and machines of the groups, on this machine.
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { createLinuxUdp } from '../../hal/linux/udp.ts';
import type { ToPairThread } from '../pair/contract.ts';
import { createPairThreadHost, type PairThreadData } from '../pair/thread-host.ts';

/** Linux means this thread alone; whoever may not is served in its turn. */
function askForPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Not permitted (EPERM, EACCES): heartbeats go on with the priority that all have.
  }
}

if (parentPort !== null) {
  askForPriority();
  const port = parentPort;
  const data: PairThreadData = workerData;
  const host = createPairThreadHost({
    data,
    // Nothing here looks at the wall.
    clock: createLinuxClock({ wallTrusted: () => false }),
    random: createLinuxRandom(),
    udp: createLinuxUdp(),
    tell: (message) => port.postMessage(message),
  });
  port.on('message', (message: ToPairThread) => {
    void host.take(message);
  });
}
