// Makes the spooler of a group for one ownership: monitors initialised as not local, sockets bound
// to the group's address, and nothing of this box.
import type { Addresses, Clock, Random } from '../../hal/contract.ts';
import { createAddressRefusal, type LocalityRules } from '../../monitors/locality.ts';
import type { MonitorModule } from '../../monitors/contract.ts';
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { OwnershipParts } from '../cluster/host/contract.ts';
import type { Events } from '../events/event.ts';
import { printingLimits as limits } from '../limits/printing-limits.ts';
import type { Log } from '../log/log.ts';
import { createFirstBytes } from '../printers/first-bytes.ts';
import { openMonitorRegistry } from '../registry/monitor-registry.ts';
import type { Spool } from '../spool/spool.ts';
import type { Spooler } from '../spooler/contract.ts';
import { createGroupDoor, type GroupDoorOptions } from './group-door.ts';
import { createSpooler, type SpoolerOptions } from '../spooler/spooler.ts';

export interface GroupSpoolerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly spool: Pick<Spool, 'receive' | 'open' | 'openPart' | 'probe'>;
  readonly events: Pick<Events, 'report'>;
  readonly monitors: readonly MonitorModule[];
  readonly rules: () => LocalityRules;
  readonly addresses: Pick<Addresses, 'resolve'>;
  readonly nodePort: GroupDoorOptions['nodePort'];
  /** The group has its addresses on the network; without, sockets leave from the node's. */
  readonly hasAddresses: () => boolean;
  readonly queueFiles: SpoolerOptions['queueFiles'];
  readonly log: Log;
}

export function makeGroupSpooler(
  options: GroupSpoolerOptions,
  { id, name, addresses, policy }: GroupDefinition,
  { term, permit, store, tcp, localPortOf }: OwnershipParts,
): Spooler {
  const [localAddress] = options.hasAddresses() ? addresses : [];
  return createSpooler({
    id,
    permit,
    termOf: () => term,
    store,
    spool: options.spool,
    events: options.events,
    // The notes of first bytes are this box's: the other one could not read them.
    firstBytes: createFirstBytes(undefined),
    openRegistry: (monitorName) =>
      openMonitorRegistry({ store, spooler: id, term: () => term, monitorName }),
    monitors: options.monitors,
    // In Windows both are one setting: how long a resource may leave others waiting.
    limits: { resourceTimeoutMs: Math.max(policy.pendingMs, limits.resourceTimeoutLeastMs) },
    clock: options.clock,
    random: options.random,
    tcp,
    outgoing: {
      ...(localAddress === undefined ? {} : { localAddress }),
      refuseAddress: createAddressRefusal(options.rules),
      localPortOf,
    },
    door: createGroupDoor({ ...options, group: name }),
    ...(options.queueFiles === undefined ? {} : { queueFiles: options.queueFiles }),
    serverName: name,
    local: false,
    log: options.log,
  });
}
