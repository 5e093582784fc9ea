// The factory of spoolers: puts intake, printers, ports, jobs and monitors of one owner together;
// nothing is global.
import type { Clock, Random, Tcp } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { MonitorLog, MonitorModule } from '../../monitors/contract.ts';
import type { Events } from '../events/event.ts';
import { createIntake } from '../intake/intake.ts';
import type { Job } from '../jobs/job.ts';
import { asSeenNow } from '../jobs/as-seen-now.ts';
import { createHistoryKeeper } from '../jobs/history.ts';
import { createJobRoom } from '../jobs/jobs.ts';
import { reprintJob } from '../jobs/reprint.ts';
import { createTimedHolds } from '../jobs/timed-holds.ts';
import { printingLimits } from '../limits/printing-limits.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { troubleLimits } from '../limits/trouble-limits.ts';
import { createArrivals } from '../printers/arrivals.ts';
import { deviceFactsOf } from '../printers/device-facts.ts';
import { createDispatcher } from '../printers/dispatcher.ts';
import type { FirstBytes } from '../printers/first-bytes.ts';
import { createPortRunner } from '../printers/port-runner.ts';
import { createPrinterRoom } from '../printers/printers.ts';
import { readAhead } from '../printers/read-ahead.ts';
import { readArriving } from '../printers/read-arriving.ts';
import { createRunnerCommits } from '../printers/runner-commits.ts';
import { offeredFormats } from '../printers/settings.ts';
import { createStateEvents } from '../printers/state-events.ts';
import { createPrinterData } from '../printer-data/printer-data.ts';
import { createQueueFiles, type QueueFilesOptions } from '../queue-files/queue-files.ts';
import { noContents } from '../queue-files/no-contents.ts';
import { createQueueReading } from '../queue-files/reading.ts';
import type { OwnedMonitorRegistry } from '../registry/monitor-registry.ts';
import { DamagedDocumentError, type DocumentReader } from '../spool/document-reader.ts';
import type { Spool } from '../spool/spool.ts';
import {
  type CommitOutcome,
  type DocumentToStore,
  faultIn,
  type Store,
  type Term,
} from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import type { Spooler, SpoolerHealth } from './contract.ts';
import type { BoxDevices, OutgoingRules, SnmpDoor } from './device-scopes.ts';
import { messageOf } from './monitor-call.ts';
import { createMonitorHost } from './monitor-host.ts';
import type { Permit } from './permit.ts';
import type { PortDoor } from './port-door.ts';
import { createPortBoard } from './port-board.ts';
import { createPortLanguages } from './port-languages.ts';
import { rebuiltText, recover } from './recovery.ts';
import { createTroubles, troubleKinds } from './troubles.ts';

type SpoolerLimits = typeof defaultLimits;

export interface SpoolerOptions {
  /** `local`, or the name of a group. */
  readonly id: string;
  readonly permit: Permit;
  /** The term under which this spooler commits now. */
  readonly termOf: () => Term;
  readonly store: Pick<Store, 'commit' | 'query'>;
  readonly spool: Pick<Spool, 'receive' | 'open' | 'openPart' | 'probe'>;
  readonly events: Pick<Events, 'report'>;
  readonly firstBytes: FirstBytes;
  readonly openRegistry: (monitorName: string) => Promise<OwnedMonitorRegistry>;
  /** The monitor table, in its order. */
  readonly monitors: readonly MonitorModule[];
  readonly clock: Clock;
  readonly random: Random;
  readonly tcp: Tcp;
  /** A group's sockets are bound to its address and refused the appliance's own. */
  readonly outgoing?: OutgoingRules;
  /** Left out: no printer's SNMP agent is asked. */
  readonly snmp?: SnmpDoor;
  /** What a group keeps out, asked at each change of monitors, ports and printers. */
  readonly door?: PortDoor;
  /** What is plugged into the box; a group gets none of it. */
  readonly box?: BoxDevices;
  /** Left out: no queue has files. */
  readonly queueFiles?: Pick<QueueFilesOptions, 'contents' | 'signer' | 'onUnused' | 'offer'> & {
    /** As it stands in `\\SERVER\PRINTER`; `serverName`, where it is left out. */
    readonly networkName?: () => string;
  };
  /** The node's host name, or the group's network name. */
  readonly serverName: string;
  /** bLocal: true for the node's own spooler. */
  readonly local: boolean;
  readonly log: MonitorLog;
  readonly limits?: Partial<Numbers<SpoolerLimits>>;
}

type Numbers<Table> = { readonly [Name in keyof Table]: number };

const defaultLimits = { ...printingLimits, ...spoolLimits, ...troubleLimits } as const;

export function createSpooler(options: SpoolerOptions): Spooler {
  const { id, permit, store, clock, random, log } = options;
  const limits: Numbers<SpoolerLimits> = { ...defaultLimits, ...options.limits };
  let phase: 'new' | 'running' | 'stopped' = 'new';

  const commit = async (
    changes: readonly Change[],
    documents: readonly DocumentToStore[] = [],
  ): Promise<CommitOutcome> => {
    try {
      return await store.commit({ spooler: id, term: options.termOf(), changes, documents });
    } catch (error) {
      const fault = faultIn(error);
      if (fault !== undefined) troubles.noted('store', fault);
      throw error;
    }
  };

  const troubles = createTroubles({
    spooler: id,
    clock,
    log,
    events: options.events,
    probeSpool: () => options.spool.probe(),
    async commitEvent(event) {
      await store.commit({ spooler: id, term: options.termOf(), changes: [], events: [event] });
    },
    onChange: () => stateEvents.printersChanged(),
    onEnded: () => {
      for (const printer of printers.all()) board.retry(printer);
    },
    limits,
  });

  const languages = createPortLanguages({ openRegistry: options.openRegistry });

  const host = createMonitorHost({
    spooler: id,
    local: options.local,
    serverName: options.serverName,
    modules: options.monitors,
    openRegistry: options.openRegistry,
    clock,
    random,
    tcp: options.tcp,
    outgoing: options.outgoing ?? {},
    door: options.door,
    snmp: options.snmp,
    box: options.box,
    limits,
    log,
    onFault: (fault) => {
      // What else fails at a device is the device's.
      if (fault === 'no-descriptors') troubles.noted('spool', fault);
    },
    onStatus: (portName, status) => board.onStatus(portName, status),
    onPortsChanged: () => board.portsChanged(),
    onPortDeleted: (portName) =>
      void languages
        .forget(portName)
        .catch((error: unknown) =>
          log.warn('what was set for a deleted port stays', { message: messageOf(error) }),
        ),
    languages,
    printerNameOf: (portName) =>
      printers.all().find((printer) => printer.portNames.includes(portName))?.name ?? '',
  });

  const printers = createPrinterRoom({
    spooler: id,
    store,
    commit,
    permit,
    clock,
    random,
    portExists: (portName) => host.portInfo(portName) !== undefined,
    refuseStrangePort: async (portName) => await options.door?.refuseStrangePort(portName),
    conditionOf: (printer) => board.conditionOf(printer),
    async cancelAllJobs(printerId, by) {
      const answer = await jobs.service.cancelAll({ printerId }, by);
      return answer.kind === 'refused' ? answer : undefined;
    },
    releaseHeldOnCreate: (printerId) => jobs.releaseHeldOnCreate(printerId),
    onChange: () => {
      board.reconcile();
      for (const printer of printers.all()) board.retry(printer);
    },
  });

  const arrivals = createArrivals();

  const dispatcher = createDispatcher({
    arrivals,
    spooler: id,
    store,
    clock,
    limits,
    printers: () => printers.all(),
    onReleased: (printer, portName) => board.wake(printer, portName),
  });

  const history = createHistoryKeeper({
    spooler: id,
    store,
    commit,
    clock,
    printers: () => printers.all(),
    limits,
    log,
  });

  /** The machine's faults are looked at, whoever they strike. */
  const noting = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (isHalError(error, 'no-descriptors')) troubles.noted('spool', error.code);
      throw error;
    }
  };

  const openDocument = async (job: Job, number: number): Promise<DocumentReader> => {
    const location = await store.query('documents.locate', { jobId: job.id, number });
    const { digest } = job.documents.find((one) => one.number === number) ?? {};
    if (location !== undefined) return await noting(options.spool.open(location, digest));
    throw new DamagedDocumentError(`${number} of job ${job.number}`, 'the spool has lost it');
  };

  const board = createPortBoard({
    host,
    languages,
    clock,
    printers: () => printers.all(),
    trouble: () => (troubles.kind === undefined ? undefined : troubleKinds[troubles.kind]),
    makeRunner: (portName, statuses) =>
      createPortRunner({
        portName,
        permit,
        clock,
        limits,
        log,
        openPort: (name, signal) => host.openPort(name, signal),
        statuses,
        nextJob: () => dispatcher.next(portName),
        readDocument(job, document) {
          const { chunkBytes } = limits;
          const arriving = arrivals.find(job.id);
          if (arriving === undefined) {
            return readAhead(() => openDocument(job, document.number), { chunkBytes });
          }
          const open = (name: string) => noting(options.spool.openPart(name));
          return readArriving(arriving, open, { chunkBytes });
        },
        wordsOf: (job) => arrivals.find(job.id)?.onWords,
        noteFirstByte: (job) => options.firstBytes.note(portName, job),
        commits: createRunnerCommits({
          spooler: id,
          portName,
          store,
          commit,
          clock,
          onStarted: (job) => arrivals.started(job.id),
          onEnded: (job) => history.ended(job.printerId),
        }),
        onChange: () => stateEvents.portChanged(portName),
      }),
    onChange: (portName) => stateEvents.portChanged(portName),
  });

  const stateEvents = createStateEvents({
    spooler: id,
    events: options.events,
    clock,
    intervalMs: limits.stateEventsMs,
    printers: () => printers.all(),
    conditionOf: (printer) => board.conditionOf(printer),
    statusOf: (portName) => board.statusOf(portName),
  });

  const wake = (job: Job, how: 'wake' | 'retry') => {
    const printer = printers.byId(job.printerId);
    if (printer !== undefined) board[how](printer);
  };

  const intake = createIntake({
    spooler: id,
    store,
    spool: options.spool,
    commit,
    permit,
    clock,
    random,
    log,
    printerById: (printerId) => printers.byId(printerId),
    offeredBy(printer) {
      const { takes } = deviceFactsOf(
        printer.portNames,
        printer.portNames.map((name) => board.statusOf(name)),
      );
      return offeredFormats(printer, takes?.formats);
    },
    onReady: (job) => wake(job, 'wake'),
    onHeld: () => timedHolds.look(),
    // A group's documents are on both nodes before anything prints.
    ...(options.local
      ? {
          printing: {
            offer(arrival) {
              arrivals.offer(arrival);
              wake(arrival.job, 'wake');
            },
            end: (jobId) => arrivals.end(jobId),
          },
        }
      : {}),
    makeRoom: (bytes) => history.makeRoom(bytes),
    onSpoolFault: (fault) => troubles.noted('spool', fault),
    limits,
  });

  const jobs = createJobRoom({
    spooler: id,
    store,
    commit,
    permit,
    clock,
    printerById: (printerId) => printers.byId(printerId),
    asSeenNow: (job) =>
      asSeenNow(
        job,
        board.stateAt(job.id),
        (printerId) => {
          const printer = printers.byId(printerId);
          return printer === undefined ? undefined : board.conditionOf(printer);
        },
        dispatcher.whyAside(job.id),
      ),
    onCancelled: (job) => {
      intake.forget(job.id);
      board.cancel(job);
      history.ended(job.printerId);
    },
    onReady: (job) => wake(job, 'retry'),
    onHeld: () => timedHolds.look(),
    reprint: (job, request) =>
      reprintJob(
        { intake: intake.service, openDocument, chunkBytes: limits.chunkBytes },
        job,
        request,
      ),
  });

  const timedHolds = createTimedHolds({
    spooler: id,
    store,
    commit,
    clock,
    limits,
    log,
    onReady: (job) => wake(job, 'wake'),
  });

  const reading = createQueueReading(id, store);
  const ofPrinters = {
    spooler: id,
    store,
    commit: (changes: readonly Change[]) => commit(changes),
    reading,
    clock,
    random,
    printerById: (printerId: string) => printers.byId(printerId),
    networkName: options.queueFiles?.networkName ?? (() => options.serverName),
    log,
  };
  const data = createPrinterData(ofPrinters);
  const files = createQueueFiles({
    contents: noContents,
    signer: () => undefined,
    onUnused: () => undefined,
    ...options.queueFiles,
    ...ofPrinters,
    data,
  });

  const looksAlive = (): SpoolerHealth => {
    const failed = host
      .monitors()
      .filter((monitor) => monitor.state === 'failed')
      .map((monitor) => `monitor ${monitor.name}: ${monitor.message}`);
    const storeProblems = board.storeProblems();
    const idle =
      phase === 'running' ? [] : [`the spooler is ${phase === 'new' ? 'not started' : 'stopped'}`];
    const trouble = troubles.kind === undefined ? undefined : troubleKinds[troubles.kind];
    const machine = trouble === undefined ? [] : [trouble.text];
    return {
      alive: phase === 'running' && storeProblems.length === 0 && trouble?.stops !== true,
      problems: [...idle, ...machine, ...storeProblems, ...dispatcher.aside(), ...failed],
    };
  };

  return {
    id,
    permit,
    intake: intake.service,
    printers: printers.service,
    ports: board.service,
    jobs: jobs.service,
    data,
    files,
    async start() {
      await printers.load();
      await Promise.all([
        // Where it can't be read now, whoever opens a port tries again.
        languages
          .of('')
          .catch((error: unknown) =>
            log.warn('the languages of ports can not be read', { message: messageOf(error) }),
          ),
        host.start(),
        recover({
          spooler: id,
          store,
          commit,
          clock,
          log,
          mayHaveSent: (job) => options.firstBytes.mayHaveSent(job),
          policyOf: (printerId) => printers.byId(printerId)?.interrupted ?? 'hold',
          onIncoming: (job) => intake.resume(job),
        }),
      ]);
      options.firstBytes.begin();
      phase = 'running';
      board.reconcile();
      timedHolds.look();
      history.start();
      // What was wrong before the start is told without waiting for whom it strikes.
      troubles.noted('spool', 'other');
    },
    lookAgain() {
      if (phase === 'running') board.reconcile();
    },
    async drain(closeDoor) {
      if (closeDoor === undefined) {
        await Promise.all([intake.drain(), board.drain()]);
        return;
      }
      await board.drain();
      await intake.drain(closeDoor);
    },
    async stop(deadline) {
      phase = 'stopped';
      stateEvents.stop();
      troubles.stop();
      dispatcher.stop();
      const intakeEnds = intake.stop();
      await board.stop(deadline);
      await abortable(host.stop(limits.shutdownMs), deadline).catch((error: unknown) =>
        log.warn('monitors were left behind', { message: messageOf(error) }),
      );
      await abortable(Promise.all([intakeEnds, history.stop(), timedHolds.stop()]), deadline).catch(
        (error: unknown) => log.warn('uploads were left behind', { message: messageOf(error) }),
      );
      languages.close();
      options.firstBytes.close();
    },
    looksAlive,
    async isAlive() {
      const health = looksAlive();
      using deadline = startDeadline(clock, limits.isAliveMs);
      try {
        const rebuilt = await abortable(store.query('store.rebuilt', {}), deadline.signal);
        return rebuilt === undefined
          ? health
          : { ...health, problems: [...health.problems, rebuiltText(rebuilt)] };
      } catch (error) {
        const problem = `the store does not answer: ${messageOf(error)}`;
        return { alive: false, problems: [...health.problems, problem] };
      }
    },
  };
}
