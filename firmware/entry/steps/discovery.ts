// Step: the appliance and its printers are announced on the networks where clients can reach them.
import { isLoopback, parseIpAddress } from '../../../hal/address.ts';
import type { Hal } from '../../../hal/contract.ts';
import type { Config } from '../../config/table.ts';
import type { Discovery } from '../../discovery/contract.ts';
import { createDiscovery } from '../../discovery/discovery.ts';
import {
  createSpoolerAnnouncement,
  type SpoolerAnnouncement,
} from '../../discovery/spooler-announcement.ts';
import type { PrinterPorts } from '../../discovery/printer-instance.ts';
import type { Events } from '../../events/event.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import type { Printer } from '../../printers/printer.ts';
import { createKeptNames, type KeptNames } from '../../registry/kept-names.ts';
import type { IppServices } from '../../servers/ipp/call.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Store, Term } from '../../store/contract.ts';
import type { Step } from '../lifecycle.ts';
import { nodeOwner } from './certificates.ts';

export interface DiscoveryParts {
  readonly hal: Hal;
  readonly config: Config;
  readonly nodeId: string;
  readonly spooler: Spooler;
  readonly store: Store;
  readonly events: Events;
  readonly term: Term;
  readonly log: Log;
  readonly portsOf: (printer: Printer) => PrinterPorts;
  readonly pagePort: () => number | undefined;
  readonly describeDevice: IppServices['describeDevice'];
  /** The appliance's own name, or a printer's, is settled or has changed. */
  readonly onNamed: () => void;
}

export interface RunningDiscovery {
  readonly discovery: Discovery;
  /** Undefined: nothing is announced, by configuration. */
  readonly announcement: SpoolerAnnouncement | undefined;
}

export function discoveryStep(parts: DiscoveryParts): Step<RunningDiscovery | undefined> {
  return {
    name: 'discovery',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      // Whoever listens on loopback alone has no network to speak on.
      if (isOwnOnly(parts.config['listen.address'])) return { part: undefined };
      const part = await startDiscovery(parts);
      return {
        part,
        async stop() {
          part.announcement?.stop();
          await part.discovery.stop();
        },
      };
    },
  };
}

async function startDiscovery(parts: DiscoveryParts): Promise<RunningDiscovery> {
  const { hal, config, nodeId, spooler, store, term, onNamed } = parts;
  const log = parts.log.child('discovery');
  const names = createKeptNames({ store, spooler: spooler.id, term: () => term });
  let announcement: SpoolerAnnouncement | undefined;
  const discovery = createDiscovery({
    ...hal,
    log,
    distinction: nodeId.slice(0, distinctionDigits),
    keptNames: await names.read(),
    keepName(key, kept) {
      void remember(names.keep(key, kept), log);
      announcement?.lookAgain();
      onNamed();
    },
  });
  if (config['discovery.announce']) {
    announcement = announceNode(parts, discovery, names, log);
    await announcement.start();
  }
  await discovery.start();
  return { discovery, announcement };
}

/** Of the node's id: enough to tell the appliances of one network apart. */
const distinctionDigits = 4;

function announceNode(
  parts: DiscoveryParts,
  discovery: Discovery,
  names: KeptNames,
  log: Log,
): SpoolerAnnouncement {
  const { hal, config, spooler, events, portsOf, pagePort, describeDevice } = parts;
  const address = config['listen.address'];
  const everyAddress = address === '*' || address === '0.0.0.0' || address === '::';
  return createSpoolerAnnouncement({
    discovery,
    spooler,
    events,
    clock: hal.clock,
    log,
    key: nodeOwner,
    name: config['discovery.name'],
    addresses: everyAddress ? 'own' : [address],
    portsOf,
    pagePort,
    describeDevice,
    onGone: (key) => void remember(names.forget(key), log),
  });
}

/** A name that is not kept is settled anew at the next start, and may come out the same. */
async function remember(kept: Promise<void>, log: Log): Promise<void> {
  try {
    await kept;
  } catch (error) {
    log.warn('an announced name could not be kept', { error });
  }
}

function isOwnOnly(text: string): boolean {
  const address = parseIpAddress(text);
  return address !== undefined && isLoopback(address);
}
