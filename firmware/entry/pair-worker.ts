// The pair's thread: link and machines of the groups, on this machine.
import { parentPort, workerData } from 'node:worker_threads';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { raiseThreadUrgency } from '../../hal/linux/thread-priority.ts';
import { createLinuxUdp } from '../../hal/linux/udp.ts';
import type { FromPairThread, ToPairThread } from '../pair/contract.ts';
import { createPairThreadHost, type PairThreadData } from '../pair/thread-host.ts';

if (parentPort !== null) {
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
  const granted = raiseThreadUrgency(data.urgency);
  port.postMessage({ kind: 'urgency', granted } satisfies FromPairThread);
  port.on('message', (message: ToPairThread) => {
    void host.take(message);
  });
}
