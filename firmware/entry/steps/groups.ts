// Step: the groups of the pair on this node — their hosts, and what clients reach of those it owns.
import { isIPv6 } from 'node:net';
import type { Hal, Tcp } from '../../../hal/contract.ts';
import type { LocalityRules } from '../../../monitors/locality.ts';
import type { MonitorModule } from '../../../monitors/contract.ts';
import { createGroupHost } from '../../cluster/host/host.ts';
import type { GroupDefinition } from '../../cluster/group-definition.ts';
import type { Config } from '../../config/table.ts';
import type { Discovery } from '../../discovery/contract.ts';
import type { Events } from '../../events/event.ts';
import type { Groups } from '../../groups/contract.ts';
import type { GroupDoorPort } from '../../groups/group-door.ts';
import { openGroupFront } from '../../groups/group-front.ts';
import { GroupNode } from '../../groups/group-node.ts';
import { type GroupSpoolerOptions, makeGroupSpooler } from '../../groups/group-spooler.ts';
import { createGroups } from '../../groups/groups.ts';
import type { PairRoom } from '../../groups/pair-room.ts';
import { createGroupCredentials, serveGroupCredentials } from '../../groups/peer-credentials.ts';
import { createPeerFiles, servePeerFiles } from '../../groups/peer-files.ts';
import { createPeerDocuments, servePeerDocuments } from '../../groups/peer-documents.ts';
import { printerAddressesOf } from '../../groups/registry-addresses.ts';
import { startThreadMachine } from '../../groups/thread-machine.ts';
import { clusterLimits } from '../../limits/cluster-limits.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Certificates } from '../../identity/contract.ts';
import { createRenewal } from '../../identity/renewal.ts';
import type { Log } from '../../log/log.ts';
import type { IppServices } from '../../servers/ipp/call.ts';
import type { PrinterPorts } from '../../discovery/printer-instance.ts';
import type { FileContents } from '../../queue-files/contents.ts';
import type { Spool } from '../../spool/spool.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Store } from '../../store/contract.ts';
import type { SupervisedWire } from '../../supervisor/client.ts';
import { listenAddress } from '../addresses.ts';
import type { Step } from '../lifecycle.ts';

export interface GroupsParts {
  readonly hal: Hal;
  /** Shares raw ports with the node's own spooler. */
  readonly sharedTcp: Tcp;
  readonly config: Config;
  readonly nodeId: string;
  readonly store: Store;
  readonly spool: Spool;
  /** Of queue-specific files. */
  readonly contents: FileContents;
  /** For the spooler of a group, by its id and name. */
  readonly queueFilesOf: (
    owner: string,
    networkName: string,
  ) => NonNullable<GroupSpoolerOptions['queueFiles']>;
  /** The node's own. */
  readonly spooler: Spooler;
  readonly events: Events;
  readonly certificates: Certificates;
  readonly wire: SupervisedWire;
  readonly pair: PairRoom;
  readonly monitors: readonly MonitorModule[];
  readonly discovery: Discovery | undefined;
  readonly ports: () => Omit<PrinterPorts, 'raw'>;
  readonly pagePort: () => number | undefined;
  readonly describeDevice: IppServices['describeDevice'];
  /** The node can keep no promise any more and has to start anew. */
  readonly onFault: (error: unknown) => void;
  readonly log: Log;
}

export function groupsStep(parts: GroupsParts): Step<Groups> {
  return {
    name: 'groups',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.groupsStopMs,
    async start() {
      const groups = makeGroups(parts);
      parts.pair.useControl(groups);
      tellFencing(parts);
      const stopFencing = parts.pair.onMembership(() => tellFencing(parts));
      await groups.start();
      return {
        part: groups,
        async stop(deadline) {
          stopFencing();
          await groups.leave();
          await groups.stop(deadline);
        },
      };
    },
  };
}

function makeGroups(parts: GroupsParts): Groups {
  const { hal, store, wire, pair, events } = parts;
  const log = parts.log.child('groups');
  const nodes = new Map<string, GroupNode>();
  const { certificates } = parts;
  const { channel } = pair;
  servePeerDocuments(channel, (spooler) => nodes.get(spooler)?.host);
  const isGroup = (id: string) => nodes.has(id);
  serveGroupCredentials({ channel, certificates, isGroup });
  certificates.onChange((owner) => nodes.get(owner)?.certificateChanged());
  const sharing = { channel, contents: parts.contents, clock: hal.clock };
  const peerFiles = createPeerFiles(sharing);
  servePeerFiles(sharing);
  return createGroups({
    ...hal,
    wire,
    book: pair.book,
    onMembership: (listener) => pair.onMembership(listener),
    peerAddress: () => pair.membership().peer?.place.address,
    printersOf: (group) => printerAddressesOf(store, group),
    async onRemoved(group) {
      nodes.delete(group);
      try {
        await store.forgetLog(group);
        await certificates.remove(group);
      } catch (error) {
        log.warn('something of a removed group is still kept', { group, error });
      }
    },
    recorded: async () => (await store.logEnds()).map(({ spooler }) => spooler),
    makeNode(definition, isSetUp) {
      const node = makeNode(parts, definition, isSetUp, log);
      nodes.set(definition.id, node);
      return node;
    },
    log,
  });

  function makeNode(
    { config, nodeId, spool }: GroupsParts,
    definition: GroupDefinition,
    isSetUp: () => Promise<void>,
    log: Log,
  ): GroupNode {
    const { thread } = pair;
    const membership = pair.membership();
    if (thread === undefined || membership.peer === undefined) throw new Error('not paired');
    const hasAddresses = () => wire.abilities?.addresses.can === true;
    return new GroupNode({
      definition,
      self: nodeId,
      clock: hal.clock,
      tcp: hal.tcp,
      wire,
      isSetUp,
      events,
      createHost: createGroupHost,
      host: {
        config: {
          self: nodeId,
          peer: membership.peer.nodeId,
          generation: membership.generation,
          witness: membership.witness !== undefined,
          wireTailMs: wireTailMs(wire),
        },
        store,
        spool,
        documents: createPeerDocuments(channel),
        credentials: createGroupCredentials({ group: definition.id, certificates, channel }),
        files: peerFiles,
        makeMachine: (start) => startThreadMachine(thread, definition.id, start),
        log: log.child(definition.name),
        onFault: parts.onFault,
      },
      makeSpooler: (group, owned) =>
        makeGroupSpooler(
          {
            ...hal,
            spool,
            events,
            monitors: parts.monitors,
            rules: () => rulesOf(parts),
            nodePort: (name) => nodePort(parts.monitors, parts.spooler, name),
            hasAddresses,
            queueFiles: {
              ...parts.queueFilesOf(group.id, group.name),
              offer: (content) => peerFiles.offer(group.id, content),
            },
            log: log.child(group.name),
          },
          group,
          owned,
        ),
      renewalOf: ({ id, name, addresses }) =>
        createRenewal({
          certificates,
          owner: id,
          names: () => [name, `${name}.local`, ...addresses],
          clock: hal.clock,
          log: log.child(name),
        }),
      openFront: (group, owned) =>
        openGroupFront(
          {
            ...parts,
            tcp: parts.sharedTcp,
            clock: hal.clock,
            everywhere: listenAddress(config['listen.address'], hal.addresses),
            firstRawPort: config['listen.raw'],
            rawEnabled: config['raw.enabled'],
            retryMs: entryLimits.rawRetryMs,
            log,
          },
          hasAddresses() ? group : { ...group, addresses: [] },
          owned,
        ),
      log: log.child(definition.name),
    });
  }
}

async function nodePort(
  monitors: readonly MonitorModule[],
  spooler: Spooler,
  name: string,
): Promise<GroupDoorPort | undefined> {
  const wanted = name.toLowerCase();
  const found = (await spooler.ports.list()).find(({ info }) => info.name.toLowerCase() === wanted);
  const module = monitors.find((each) => each.name === found?.info.monitorName);
  return module === undefined ? undefined : { module, host: found?.info.host };
}

/** Where nothing gates the packets, an address outlives its lease. */
function wireTailMs({ abilities }: SupervisedWire): number {
  if (abilities?.gate.can === true || abilities?.addresses.can !== true) return 0;
  return clusterLimits.addressLifetimeMs + clusterLimits.addressExpirySlackMs;
}

/** Whatever leads back to one of the two boxes is local, by each of their names and addresses. */
export function rulesOf({
  hal,
  pair,
  config,
}: Pick<GroupsParts, 'hal' | 'pair' | 'config'>): LocalityRules {
  const { hostName, addresses } = hal.addresses.own();
  const peer = pair.membership().peer;
  return {
    known: [
      { whose: 'this appliance', names: [hostName], addresses },
      ...(peer === undefined
        ? []
        : [{ whose: 'the peer', names: [peer.name], addresses: [peer.place.address] }]),
      ...pair.book.list().map((group) => ({
        whose: `the group "${group.name}"`,
        names: [group.name],
        addresses: group.addresses,
      })),
    ],
    loopbackIsNetwork: config['cluster.loopbackIsNetwork'],
  };
}

/** What the supervisor tells the peer once this process is dead. */
function tellFencing({ wire, pair, nodeId, config }: GroupsParts): void {
  const { peer, secret, generation } = pair.membership();
  const port = pair.beatPort();
  if (peer === undefined || secret === undefined || port === undefined) {
    return wire.tellFencing(undefined);
  }
  const { address, beatPort } = peer.place;
  wire.tellFencing({
    generation,
    node: nodeId,
    boot: pair.boot,
    secret: Buffer.from(secret).toString('base64'),
    listen: { address: beatAddress(config['listen.address'], address), port },
    peer: { node: peer.nodeId, address, port: beatPort },
  });
}

/** Everywhere in the peer's family: a datagram can't leave a socket of the other one. */
function beatAddress(configured: string, peer: string): string {
  if (isIPv6(configured) === isIPv6(peer) && configured !== '*') return configured;
  return isIPv6(peer) ? '::' : '0.0.0.0';
}
