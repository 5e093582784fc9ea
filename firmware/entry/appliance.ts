// The composition root: every part of the appliance, made and started in the order of the steps.
import type { Hal } from '../../hal/contract.ts';
import type { ApiServices, Appliance } from '../api/services.ts';
import type { ApplianceView } from '../api/types.ts';
import type { AuditTrail } from '../audit/contract.ts';
import { openAuditTrail } from '../audit/trail.ts';
import type { Settings } from '../config/settings.ts';
import type { Config } from '../config/table.ts';
import type { Devices } from '../devices/contract.ts';
import { watchClock } from '../events/clock-watch.ts';
import { createEventRing, type EventRing } from '../events/ring.ts';
import { openIdentity } from '../identity/identity.ts';
import type { Identity } from '../identity/contract.ts';
import { entryLimits } from '../limits/entry-limits.ts';
import type { Log } from '../log/log.ts';
import { describeDevice } from '../servers/ipp/describe-device.ts';
import { createNodeStore } from '../groups/node-store.ts';
import type { Store, Term } from '../store/contract.ts';
import { createGuardedTcp } from '../servers/guarded-tcp.ts';
import type { SupervisedWire } from '../supervisor/client.ts';
import type { StoreClientState } from '../store/worker-client.ts';
import type { RecentLines } from '../telling/recent-lines.ts';
import { type Access, createAccess } from '../users/access.ts';
import { createSharedListeners } from '../servers/shared-listeners.ts';
import { addressesOf, listenAddress, type Listening, printerAddresses } from './addresses.ts';
import { type DataFolder, dataFolderAt } from './data-folder.ts';
import { createLifecycle, type Lifecycle, type Step } from './lifecycle.ts';
import { createDirectory } from './directory.ts';
import { untilFolderIsThere, untilMachineWorks } from './patience.ts';
import { dataFolderStep } from './steps/data-folder.ts';
import { makeBackups, RestoredError, restoreStep } from './steps/backup.ts';
import { boxStep, isFreshlyReset, lightStep } from './steps/box.ts';
import { certificatesStep, nodeOwner } from './steps/certificates.ts';
import { devicesStep } from './steps/devices.ts';
import { discoveryStep } from './steps/discovery.ts';
import { groupsStep, rulesOf } from './steps/groups.ts';
import { httpStep } from './steps/http.ts';
import { modulesStep } from './steps/modules.ts';
import { pairStep } from './steps/pair.ts';
import { queueFilesStep } from './steps/queue-files.ts';
import { answerPeer, lpdStep, rawStep, socketStep } from './steps/servers.ts';
import { spaceStep, spaceWatchOf } from './steps/space.ts';
import { snmpReadersStep, snmpStep } from './steps/snmp.ts';
import { createDoor } from '../spooler/permit.ts';
import { localSpooler, spoolerStep } from './steps/spooler.ts';
import { setUpCodeFile, setUpStep } from './steps/set-up.ts';
import { supportFacts, tellingStep } from './steps/telling.ts';
import { storeStep } from './steps/store.ts';
import { createWaitingAnswers } from './steps/waiting-answers.ts';

export interface ApplianceOptions {
  readonly hal: Hal;
  readonly config: Config;
  /** What of it may change while the appliance runs; left out: nothing. */
  readonly settings?: Settings;
  readonly log: Log;
  readonly version: string;
  /** Aborts once the process is asked to end: a start that waits gives up. */
  readonly stopping?: AbortSignal;
  /** The newest lines of the log. */
  readonly lines?: RecentLines;
  /** Called once the data folder is this process's own. */
  readonly onFolder?: () => void;
  /** The hands of groups on the network. */
  readonly wire: SupervisedWire;
}

export interface RunningAppliance {
  readonly services: ApiServices;
  readonly addresses: ApplianceView['addresses'];
  /** While nobody administers the box. */
  readonly setUpCode: string | undefined;
  /**
   * Resolves when the store is gone: nothing can be accepted any more, and the process has to start
   * anew.
   */
  readonly storeEnded: Promise<StoreClientState>;
  /** Resolves with why the appliance can keep no promise to its pair any more, and starts anew. */
  readonly pairLost: Promise<string>;
  /** Resolves with why the appliance was asked to start anew. */
  readonly startsAnew: Promise<string>;
  /** Stops everything in the reverse order, each step within its time. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Rejects with a StartError, a HalError or an IdentityError, with everything stopped that had
 * started.
 */
export async function startAppliance(options: ApplianceOptions): Promise<RunningAppliance> {
  const { hal, config, log, stopping = new AbortController().signal } = options;
  const { clock } = hal;
  const newLifecycle = () => createLifecycle({ clock, log: log.child('entry') });
  const outer = newLifecycle();
  try {
    const place = dataFolderAt(config['data.folder']);
    const folder = await openFolder(options, () =>
      outer.begin(dataFolderStep(hal, place, config['data.problemFile'])),
    );
    options.onFolder?.();
    const answers = createWaitingAnswers({ hal, folder, config, log });
    const attempt = async () => {
      const lifecycle = newLifecycle();
      try {
        return await startSteps(options, folder, lifecycle);
      } catch (error) {
        await lifecycle.end();
        throw error;
      }
    };
    const running = await untilMachineWorks({ clock, log, answers, stopping, attempt });
    return { ...running, stop: () => running.stop().then(() => outer.end()) };
  } catch (error) {
    await outer.end();
    throw error;
  }
}

/**
 * On a box nobody can choose another folder: whoever asks reads what is wrong. Elsewhere the start
 * fails at once.
 */
async function openFolder(
  { hal, config, log, stopping = new AbortController().signal }: ApplianceOptions,
  attempt: () => Promise<DataFolder>,
): Promise<DataFolder> {
  if (config['data.problemFile'] === '') return attempt();
  const answers = createWaitingAnswers({ hal, config, log });
  return untilFolderIsThere({ clock: hal.clock, log, answers, stopping, attempt });
}

async function startSteps(
  { hal, config: configured, settings, log, version, wire, lines }: ApplianceOptions,
  folder: DataFolder,
  lifecycle: Lifecycle,
): Promise<RunningAppliance> {
  const startedAtMs = hal.clock.monotonicMs();
  const restored = await lifecycle.begin(restoreStep(hal, folder, log));
  // The configuration was read before the backup's was in its place.
  if (restored) throw new RestoredError();
  const identity = await lifecycle.begin(identityStep(hal, folder));
  const box = await lifecycle.begin(boxStep(hal, configured, folder, log));
  const { hostName = configured['discovery.name'] } = box;
  const config = { ...configured, 'discovery.name': hostName };
  const tls = await lifecycle.begin(certificatesStep(hal, config, folder, log));
  const storeClient = await lifecycle.begin(storeStep(folder));
  const ring = await lifecycle.begin(eventsStep(hal, log, storeClient.store));
  const { events } = ring;
  const owners: { storeOf?: (group: string) => Pick<Store, 'commit'> | undefined } = {};
  const store = createNodeStore({
    store: ring.store,
    localSpooler,
    storeOf: (group) => owners.storeOf?.(group),
  });
  const term = localTerm(identity);
  const { monitors } = await lifecycle.begin(modulesStep(hal, folder, log));
  const { contents, sweeper } = await lifecycle.begin(queueFilesStep(hal, folder, store, log));
  const queueFilesOf = (owner: string, networkName: string) => ({
    contents,
    signer: () => tls.certificates.signer(owner),
    onUnused: () => sweeper.later(),
    networkName: () => networkName,
  });
  const queueFiles = queueFilesOf(nodeOwner, config['discovery.name']);
  const door = createDoor();
  const { permit } = door;
  const { spooler, spool } = await lifecycle.begin(
    spoolerStep({ hal, folder, store, events, term, monitors, config, queueFiles, permit, log }),
  );
  const directory = createDirectory(spooler);
  const sharedTcp = createSharedListeners({
    ...hal,
    tcp: createGuardedTcp(hal.tcp, config['raw.networks'], log.child('raw')),
    everywhere: listenAddress(config['listen.address'], hal.addresses),
    isGroups: (address) => directory.groups?.isGroups(address) ?? false,
  });
  const pairLost = Promise.withResolvers<string>();
  const startsAnew = Promise.withResolvers<string>();
  const pair = await lifecycle.begin(
    pairStep({
      hal,
      config,
      folder,
      identity,
      store,
      spooler: localSpooler,
      term,
      version,
      onThreadLost: pairLost.resolve,
      log,
    }),
  );
  const following: Following = { portsChanged: () => undefined };
  const onChange = () => following.portsChanged();
  const shared = { hal, config, spooler, store, events, term, log };
  const raw = await lifecycle.begin(rawStep({ ...shared, tcp: sharedTcp, onChange }));
  const listening: Listening = { hal, config, folder, spooler, raw, ...notYet };
  const space = spaceWatchOf({ hal, folder, events });
  const appliance: Appliance = {
    version,
    nodeId: identity.nodeId,
    startedAtMs,
    addresses: () => addressesOf(listening),
    printerAddresses: (printer) => printerAddresses(listening, printer),
    problems: () => [...box.problems(), ...[space.problem()].flatMap((text) => text ?? [])],
  };
  const reading = await lifecycle.begin(
    snmpReadersStep({ hal, config, nodeId: identity.nodeId, store, term, log }),
  );
  const audit = await lifecycle.begin(auditStep(hal, folder, log));
  const access = createAccess({
    ...hal,
    store,
    spooler: spooler.id,
    term: () => term,
    setUpCodePath: folder.setUpCode,
    shownCodePaths: inBootFolder(config, setUpCodeFile),
    resetPaths: [folder.resetAdministrator, ...inBootFolder(config, 'reset-administrator')],
  });
  await box.finish(access.users);
  await readReset(access, audit, log);
  if (await isFreshlyReset(hal, config, folder)) auditHolder(audit, 'factory-reset');
  const looking: { devices?: Devices } = {};
  const { certificates } = tls;
  const services: ApiServices = {
    backups: makeBackups({
      hal,
      folder,
      store,
      certificates,
      contents,
      spooler: spooler.id,
      directory,
      monitors,
      pair,
      rules: () => rulesOf({ hal, pair, config }),
      version,
      nodeId: identity.nodeId,
      shutDoor: (why) => door.shut(why),
      startAnew: startsAnew.resolve,
    }),
    support: supportFacts(hal, settings ?? { values: config }),
    ...(settings === undefined ? {} : { settings }),
    ...(lines === undefined ? {} : { lines }),
    directory,
    events,
    access,
    audit,
    certificates,
    clock: hal.clock,
    random: hal.random,
    log,
    network: box.network,
    box: box.control,
    appliance,
    pair,
    snmp: reading,
    get devices() {
      return looking.devices;
    },
  };
  await lifecycle.begin(socketStep(hal, folder, services));
  answerPeer(services);
  const http = await lifecycle.begin(httpStep({ hal, config, services, describeDevice }));
  Object.assign(listening, http);
  const lpd = await lifecycle.begin(lpdStep(hal, config, directory, log));
  listening.lpd = () => lpd.addresses()[0]?.port;
  const agent = await lifecycle.begin(
    snmpStep({
      ...shared,
      folder,
      directory,
      appliance,
      reading,
      nodeId: identity.nodeId,
      pair,
    }),
  );
  listening.snmp = () => agent.addresses()[0]?.port;
  await lifecycle.begin(spaceStep(space));
  const discovered = await lifecycle.begin(
    discoveryStep({
      ...shared,
      nodeId: identity.nodeId,
      portsOf: ({ id }) => ({
        ipp: listening.http(),
        ipps: listening.https(),
        raw: raw.portOf(id),
        lpd: listening.lpd(),
      }),
      pagePort: listening.http,
      describeDevice,
      onNamed: () => void tls.renewal.look(),
    }),
  );
  following.portsChanged = () => discovered?.announcement?.lookAgain();
  tls.announcedHost = () => discovered?.announcement?.names().host;
  looking.devices = await lifecycle.begin(
    devicesStep({ ...shared, monitors, discovery: discovered?.discovery }),
  );
  directory.groups = await lifecycle.begin(
    groupsStep({
      ...shared,
      store: ring.store,
      certificates,
      monitors,
      sharedTcp,
      spool,
      contents,
      queueFilesOf,
      wire,
      pair,
      nodeId: identity.nodeId,
      discovery: discovered?.discovery,
      ports: () => ({
        ipp: listening.http(),
        ipps: listening.https(),
        lpd: listening.lpd(),
      }),
      pagePort: listening.http,
      describeDevice,
      onFault: (error) => pairLost.resolve(String(error)),
    }),
  );
  box.pairUp(pair);
  owners.storeOf = (group) => directory.groups?.storeOf(group);
  await lifecycle.begin(setUpStep({ hal, folder, config, services, monitors, log }));
  await lifecycle.begin(lightStep(hal, config, () => isWell(services), log));
  await lifecycle.begin(
    tellingStep({ hal, settings: settings ?? fixed(config), services, pair, log }),
  );
  const facts = { version };
  events.report({ type: 'appliance-started', at: hal.clock.wall(), spooler: spooler.id, facts });
  return {
    services,
    addresses: await appliance.addresses(),
    setUpCode: await access.setUp.code(),
    storeEnded: storeClient.ended,
    pairLost: pairLost.promise,
    startsAnew: startsAnew.promise,
    stop: () => lifecycle.end(),
  };
}

function fixed(values: Config): Pick<Settings, 'values' | 'follow'> {
  return { values, follow: () => () => undefined };
}

function inBootFolder(config: Config, name: string): readonly string[] {
  const folder = config['boot.folder'];
  return folder === '' ? [] : [`${folder}/${name}`];
}

/** Nothing of what the page shows as wrong. */
async function isWell({ appliance, directory }: ApiServices): Promise<boolean> {
  const said = await Promise.all(directory.all().map((spooler) => spooler.isAlive()));
  const isAlive = said.every(({ alive, problems }) => alive && problems.length === 0);
  return isAlive && (appliance.problems?.() ?? []).length === 0;
}

/** Whoever holds the box may come in again; everybody hears of it, and queues stay as they are. */
async function readReset(access: Access, audit: AuditTrail, log: Log): Promise<void> {
  if (!(await access.setUp.readReset())) return;
  log.warn('a file asks for a new administrator: the set-up code takes until there is one');
  auditHolder(audit, 'reset-administrator');
}

function auditHolder(audit: AuditTrail, what: string): void {
  audit.add({ who: 'whoever holds the box', address: '', what, outcome: 'done' });
}

/** What listens later than the API asks. */
const notYet = {
  http: () => undefined,
  https: () => undefined,
  lpd: () => undefined,
  snmp: () => undefined,
} as const;

/** Who wants to hear of the raw ports, once it runs. */
interface Following {
  portsChanged: () => void;
}

/** The local spooler has one owner for ever: its term never grows. */
function localTerm({ nodeId }: Identity): Term {
  return { generation: 0, counter: 1, node: nodeId };
}

function identityStep({ files, random }: Hal, folder: DataFolder): Step<Identity> {
  return {
    name: 'identity',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    start: async () => ({ part: await openIdentity({ files, random, path: folder.identity }) }),
  };
}

function auditStep({ files, clock }: Hal, folder: DataFolder, log: Log): Step<AuditTrail> {
  return {
    name: 'audit trail',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const trail = await openAuditTrail({
        files,
        clock,
        log: log.child('audit'),
        path: folder.audit,
      });
      return { part: trail, stop: () => trail.close() };
    },
  };
}

function eventsStep({ clock }: Hal, log: Log, store: Store): Step<EventRing> {
  return {
    name: 'events',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const ring = createEventRing({
        store,
        clock,
        onListenerError: (error) => log.error('a listener of events failed', { error }),
      });
      const watch = watchClock({
        clock,
        spooler: localSpooler,
        report: (event) => ring.events.report(event),
        log: log.child('clock'),
      });
      const stop = async () => {
        watch.stop();
        await ring.flush();
      };
      return { part: ring, stop };
    },
  };
}
