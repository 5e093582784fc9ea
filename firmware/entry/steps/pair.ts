// Step: the pair — whom this appliance is paired with, its thread, its channel, and pairing itself.
import type { Hal } from '../../../hal/contract.ts';
import type { Config } from '../../config/table.ts';
import type { Identity } from '../../identity/contract.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { openMembership } from '../../pair/membership.ts';
import { startPairRoom } from '../../pair/pair-room.ts';
import type { FromPairThread, ToPairThread } from '../../pair/contract.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import type { ThreadChannel } from '../../pair/thread-client.ts';
import type { PairThreadData } from '../../pair/thread-host.ts';
import type { Store, Term } from '../../store/contract.ts';
import { channelOfWorker } from '../../store/worker-channel.ts';
import { listenAddress } from '../addresses.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';
import { spawnWorker } from '../spawn-worker.ts';

export interface PairParts {
  readonly hal: Hal;
  readonly config: Config;
  readonly folder: DataFolder;
  readonly identity: Identity;
  readonly store: Store;
  readonly spooler: string;
  readonly term: Term;
  readonly version: string;
  /** The process can not be a part of its pair any more. */
  readonly onThreadLost: (why: string) => void;
  readonly log: Log;
}

export function pairStep(parts: PairParts): Step<PairRoom> {
  const { hal, config, folder, term } = parts;
  return {
    name: 'pair',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const membership = await openMembership({ files: hal.files, path: folder.pair });
      const room = await startPairRoom({
        ...parts,
        membership,
        term: () => term,
        listen: {
          address: listenAddress(config['listen.address'], hal.addresses),
          beat: config['listen.mqtt'],
          channel: config['listen.pair'],
        },
        datagrams: config['cluster.datagrams'],
        urgency: config['cluster.urgency'],
        spawnThread,
        log: parts.log.child('pair'),
      });
      return { part: room, stop: () => room.stop() };
    },
  };
}

function spawnThread(data: PairThreadData): ThreadChannel {
  const worker = spawnWorker('pair-worker', { workerData: data });
  const channel = channelOfWorker<ToPairThread, FromPairThread>(worker);
  return { ...channel, post: (message) => channel.post(message, []) };
}
