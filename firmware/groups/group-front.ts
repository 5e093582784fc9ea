// What clients reach of a group while this node owns it: raw ports at its address, and its name and
// services by discovery.
import type { Clock, Tcp } from '../../hal/contract.ts';
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { Discovery } from '../discovery/contract.ts';
import type { PrinterPorts } from '../discovery/printer-instance.ts';
import { createSpoolerAnnouncement } from '../discovery/spooler-announcement.ts';
import type { Events } from '../events/event.ts';
import type { Log } from '../log/log.ts';
import { createRawAssignments } from '../registry/raw-assignments.ts';
import type { IppServices } from '../servers/ipp/call.ts';
import { createRawPorts } from '../servers/raw/raw-ports.ts';
import type { GroupFront, Owned } from './group-node.ts';

export interface GroupFrontOptions {
  /** Shares ports with the node's own spooler. */
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly events: Pick<Events, 'subscribe' | 'report'>;
  readonly log: Log;
  /** Where raw ports listen for a group that has no address on the network. */
  readonly everywhere: string;
  readonly firstRawPort: number;
  readonly rawEnabled: boolean;
  readonly retryMs: number;
  readonly discovery: Discovery | undefined;
  /** Where HTTP and LPD listen; raw ports are the front's. */
  readonly ports: () => Omit<PrinterPorts, 'raw'>;
  readonly pagePort: () => number | undefined;
  readonly describeDevice: IppServices['describeDevice'];
}

export async function openGroupFront(
  options: GroupFrontOptions,
  { id, name, addresses }: GroupDefinition,
  { parts, spooler }: Owned,
): Promise<GroupFront> {
  const { clock, events, tcp, discovery } = options;
  const log = options.log.child(name);
  const raw = createRawPorts({
    spooler,
    events,
    assignments: createRawAssignments({
      store: parts.store,
      spooler: id,
      term: () => parts.term,
    }),
    tcp,
    clock,
    log,
    address: addresses[0] ?? options.everywhere,
    firstPort: options.firstRawPort,
    enabled: options.rawEnabled,
    retryMs: options.retryMs,
    onChange: () => announcement?.lookAgain(),
  });
  const announcement =
    discovery === undefined || addresses.length === 0
      ? undefined
      : createSpoolerAnnouncement({
          discovery,
          spooler,
          events,
          clock,
          log,
          key: id,
          name,
          addresses,
          takenOver: true,
          portsOf: (printer) => ({ ...options.ports(), raw: raw.portOf(printer.id) }),
          pagePort: options.pagePort,
          describeDevice: options.describeDevice,
          onGone: () => undefined,
        });
  await raw.start();
  await announcement?.start();
  return {
    async stop(deadline) {
      announcement?.stop();
      await raw.stop(deadline);
    },
  };
}
