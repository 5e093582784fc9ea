// One appliance of the bench: the production pair thread with one group's machine, whose store,
// network and spooler are answered at once.
import type { ClusterEvent } from '../../firmware/cluster/contract/event.ts';
import { emptyLog } from '../../firmware/cluster/history.ts';
import { freshDurable } from '../../firmware/cluster/start.ts';
import { firstTerm } from '../../firmware/cluster/term.ts';
import { spawnWorker } from '../../firmware/entry/spawn-worker.ts';
import { openIdentity } from '../../firmware/identity/identity.ts';
import { createLog } from '../../firmware/log/log.ts';
import type {
  FromPairThread,
  HandsEffect,
  Membership,
  ToPairThread,
} from '../../firmware/pair/contract.ts';
import { makeMoveCell } from '../../firmware/pair/shared-lease.ts';
import { createPairThread } from '../../firmware/pair/thread-client.ts';
import type { PairThreadData } from '../../firmware/pair/thread-host.ts';
import { channelOfWorker } from '../../firmware/store/worker-channel.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import type { FromNode, ToNode } from './messages.ts';

const hal = createLinuxHal({ wallTrusted: () => false });
const group = 'bench';
const generation = 1;
const cpuEveryMs = 500;

process.on('message', (message: ToNode) => {
  if (message.kind === 'identify') void identify(message.folder);
  else if (message.kind === 'start') void start(message);
  else process.exit(0);
});

function tell(message: FromNode): void {
  process.send?.(message);
}

async function identityIn(folder: string) {
  return openIdentity({ ...hal, path: `${folder}/identity.json` });
}

async function identify(folder: string): Promise<void> {
  const { nodeId, nodeKey } = await identityIn(folder);
  const publicKey = Buffer.from(nodeKey.publicKey).toString('base64');
  tell({ kind: 'identity', nodeId, publicKey, pin: nodeKey.fingerprint });
}

async function start({
  folder,
  port,
  peer,
  datagrams,
  urgency,
}: Extract<ToNode, { kind: 'start' }>) {
  const identity = await identityIn(folder);
  const moved = makeMoveCell();
  const workerData: PairThreadData = {
    nodeId: identity.nodeId,
    credentials: identity.peerCredentials,
    listen: { address: '127.0.0.1', port },
    datagrams,
    urgency,
    moved,
  };
  const channel = channelOfWorker<ToPairThread, FromPairThread>(
    spawnWorker('pair-worker', { workerData }),
  );
  const { clock } = hal;
  const log = createLog({ level: 'warn', clock, destination: process.stderr });
  const thread = createPairThread({
    channel: { ...channel, post: (message) => channel.post(message, []) },
    moved,
    clock,
    log,
  });
  const membership: Membership = {
    generation,
    peer: {
      nodeId: peer.nodeId,
      publicKey: Buffer.from(peer.publicKey, 'base64'),
      pin: peer.pin,
      name: 'peer',
      place: { address: '127.0.0.1', beatPort: peer.port, channelPort: 0 },
    },
    secret: Buffer.alloc(32, 1),
    witness: undefined,
  };
  await thread.setMembership(membership, 1);
  thread.startGroup({
    group,
    config: {
      self: identity.nodeId,
      peer: peer.nodeId,
      generation,
      witness: false,
      wireTailMs: 0,
    },
    durable: freshDurable(generation),
    log: emptyLog(firstTerm(generation)),
    perform: (effect) => {
      const answer = answerTo(effect);
      // Later, as any store would: never from inside.
      if (answer !== undefined) queueMicrotask(() => thread.event(group, answer));
    },
  });
  thread.onView((_group, { role, mode, lapses }) => tell({ kind: 'view', role, mode, lapses }));
  thread.onEchoes((_group, roundTripsMs) => tell({ kind: 'echoes', roundTripsMs }));
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    tell({ kind: 'cpu', cpuMs: (user + system) / 1_000 });
  }, cpuEveryMs);
}

/** A disk and a network without any delay: what is measured is the way of the heartbeats. */
function answerTo(effect: HandsEffect): ClusterEvent | undefined {
  switch (effect.kind) {
    case 'persist':
      return { kind: 'persisted', id: effect.id };
    case 'fence':
      return { kind: 'fence-done', id: effect.id };
    case 'renew-address':
      return { kind: 'address-renewed' };
    case 'cut-log':
      return { kind: 'log-cut', fork: effect.fork };
    case 'read-records': {
      const { of, term, after } = effect;
      return { kind: 'records-read', of, term, after, records: [] };
    }
    case 'ask-arbiters':
    case 'probe':
    case 'conflict-seen':
    case 'append':
    case 'store-records':
    case 'take-tail':
    case 'forget-tail':
    case 'log-shared':
    case 'peer-replaced':
    case 'commit-done':
    case 'commit-failed':
    case 'take-over':
    case 'release-held':
    case 'drain':
    case 'move-refused':
    case 'stand-by':
    case 'left':
      return undefined;
  }
}
