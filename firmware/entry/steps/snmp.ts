// Steps: who may read by SNMP, and the agent with what it tells of events.
import { freemem, totalmem, release } from 'node:os';
import type { Hal } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import type { Appliance } from '../../api/services.ts';
import type { Config } from '../../config/table.ts';
import type { Events } from '../../events/event.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import { createSnmpIndices } from '../../registry/snmp-indices.ts';
import { createSnmpAgent, type SnmpAgent } from '../../snmp/agent.ts';
import { createAlertBook } from '../../snmp/alerts.ts';
import type { EngineView } from '../../snmp/contract.ts';
import { openEngine } from '../../snmp/engine-state.ts';
import { groupTerm, pairView, tellGroupEvents } from '../../snmp/pair-view.ts';
import { createSnmpReaders, type SnmpReaders } from '../../snmp/readers.ts';
import { gatherSource } from '../../snmp/source.ts';
import { createTeller } from '../../snmp/teller.ts';
import { createTrapSender } from '../../snmp/traps.ts';
import type { SpoolerDirectory } from '../../spooler/contract.ts';
import type { Store, Term } from '../../store/contract.ts';
import type { DataFolder } from '../data-folder.ts';
import { StartError, type Step } from '../lifecycle.ts';
import { localSpooler } from './spooler.ts';

const times = {
  startTimeoutMs: entryLimits.startMs,
  stopTimeoutMs: entryLimits.stopMs,
} as const;

export interface SnmpReading {
  readonly engine: EngineView;
  readonly readers: SnmpReaders;
}

/** Reads who may ask; the engine's boots are one more than at the start before. */
export function snmpReadersStep(parts: {
  readonly hal: Hal;
  readonly config: Config;
  readonly nodeId: string;
  readonly store: Store;
  readonly term: Term;
  readonly log: Log;
}): Step<SnmpReading> {
  const { hal, config, store, nodeId } = parts;
  return {
    ...times,
    name: 'SNMP readers',
    async start() {
      const term = () => parts.term;
      const engine = await openEngine({
        store,
        spooler: localSpooler,
        term,
        nodeId,
        clock: hal.clock,
      });
      const readers = createSnmpReaders({
        store,
        spooler: localSpooler,
        term,
        engineId: engine.id,
        configured: {
          community: config['snmp.community'],
          user: config['snmp.user'],
          authPassword: config['snmp.authPassword'],
          privPassword: config['snmp.privPassword'],
        },
      });
      for (const entry of await readers.load()) {
        parts.log.error('an entry of SNMP can not be read; remove it and add it anew', { entry });
      }
      return { part: { engine, readers } };
    },
  };
}

export interface SnmpParts {
  readonly hal: Hal;
  readonly config: Config;
  readonly folder: DataFolder;
  readonly directory: SpoolerDirectory;
  readonly store: Store;
  readonly events: Events;
  readonly log: Log;
  readonly appliance: Appliance;
  readonly reading: SnmpReading;
  readonly term: Term;
  readonly nodeId: string;
  readonly pair: PairRoom;
}

export function snmpStep(parts: SnmpParts): Step<SnmpAgent> {
  return {
    ...times,
    name: 'SNMP agent',
    async start() {
      const { agent, teller } = makeAgent(parts);
      try {
        await agent.start();
      } catch (error) {
        if (!isHalError(error)) throw error;
        const message = `${error.message}. Choose another with --set listen.snmp=PORT.`;
        throw new StartError(message, { cause: error });
      }
      teller.start();
      const endGroups = tellGroupEvents(parts.pair, parts.events, parts.hal.clock);
      return {
        part: agent,
        async stop(deadline) {
          endGroups();
          await teller.stop();
          await agent.stop(deadline);
        },
      };
    },
  };
}

function makeAgent(parts: SnmpParts) {
  const { hal, config, folder, directory, events, appliance, reading } = parts;
  const { clock, random } = hal;
  const log = parts.log.child('snmp');
  const alerts = createAlertBook();
  const { pair, term, nodeId } = parts;
  const indices = createSnmpIndices({
    store: parts.store,
    localSpooler,
    termOf: (id) => (id === localSpooler ? term : groupTerm(pair, id)),
  });
  const upMs = () => clock.monotonicMs() - appliance.startedAtMs;
  const agent: SnmpAgent = createSnmpAgent({
    udp: hal.udp,
    clock,
    random,
    events,
    log,
    address: config['listen.address'],
    port: config['listen.snmp'],
    engine: reading.engine,
    access: reading.readers,
    spooler: localSpooler,
    gather: () =>
      gatherSource({
        directory,
        indices,
        alerts,
        onAlerts: (index, changes) => teller.alerts(index, changes),
        addressesOf: (printer) => appliance.printerAddresses(printer),
        lpdAddress: async () =>
          (await appliance.addresses()).find(({ what }) => what === 'lpd')?.address,
        links: hal.links,
        files: hal.files,
        spoolFolder: folder.spool,
        clock,
        engine: reading.engine,
        counters: () => agent.counters(),
        system: systemOf(parts),
        usage: processUsage,
        upMs,
        pair: () => pairView(pair, nodeId, clock),
      }),
  });
  const sender = createTrapSender({
    access: reading.readers,
    usm: agent.engine.usm,
    addresses: hal.addresses,
    clock,
    random,
    upMs,
    send: (bytes, to) => agent.send(bytes, to),
    log,
  });
  const teller = createTeller({ events, directory, indices, alerts, sender, upMs, log });
  return { agent, teller };
}

function systemOf({ hal, config, appliance }: SnmpParts) {
  return {
    description: `Platen ${appliance.version} print server, Linux ${release()} ${process.arch}`,
    name: hal.addresses.own().hostName,
    contact: config['snmp.contact'],
    location: config['snmp.location'],
    memoryBytes: totalmem(),
  };
}

function processUsage() {
  const { user, system } = process.cpuUsage();
  return {
    pid: process.pid,
    path: process.execPath,
    cpuMs: (user + system) / 1_000,
    memoryBytes: process.memoryUsage.rss(),
    freeMemoryBytes: freemem(),
  };
}
