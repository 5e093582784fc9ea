// Connects to a queue, or looks again: the steps in the order in which a Windows client does them.
import { z } from 'zod';
import type { Folder } from '../../hal/folders.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { Manifest } from '../queue-files/manifest.ts';
import { authorityOf, uriOf } from './address.ts';
import { ClientError, type ClientParts, type Connected, type ConnectRequest } from './contract.ts';
import { installQueue } from './cups.ts';
import { fetchManifest, type ProvenManifest } from './fetch-manifest.ts';
import { gatheringBuffers, type Meter } from './gathering.ts';
import { type Home, openHome } from './home.ts';
import { checkPlaces, placeFiles, placeOf, removeFiles, unchangedFiles } from './place.ts';
import { type Plan, type PlannedComponent, type PlannedFile, planOf } from './plan.ts';
import { openSession, type Session } from './session.ts';
import { stage } from './staging.ts';
import { cacheKeys, type ConnectionState, type KeptFile, readState, writeState } from './state.ts';
import { logServerSteps, tellModule, uncNameOf } from './steps.ts';
import { createSyncing } from './syncing.ts';

export async function connectQueue(
  parts: ClientParts,
  request: ConnectRequest,
): Promise<Connected> {
  const { address, root, refresh, dryRun } = request;
  const home = await openHome(parts.folders, root, address, {
    make: !refresh && !dryRun,
    lock: !dryRun,
  });
  try {
    const state = home && (await readState(home.state));
    if (refresh && state === undefined) throw notConnected(request);
    refuseOtherPin(request, state);
    const session = openSession(parts, address, request.pin ?? state?.serverKey);
    try {
      return await connect({ parts, request, session, home, state });
    } finally {
      session.close();
    }
  } catch (error) {
    // A first try that was refused leaves no trace, but for what it can go on with.
    if (home !== undefined && (await readStateQuietly(home)) === undefined) {
      if ((await home.staging.list()).length === 0) await home.remove();
    }
    throw error;
  } finally {
    await home?.close();
  }
}

interface Connecting {
  readonly parts: ClientParts;
  readonly request: ConnectRequest;
  readonly session: Session;
  /** Undefined in a dry run without a connection. */
  readonly home: Home | undefined;
  readonly state: ConnectionState | undefined;
}

async function connect(connecting: Connecting): Promise<Connected> {
  const { parts, request, session, home, state } = connecting;
  const { address, client } = request;
  const proven = await fetchManifest(session, {
    address,
    client,
    nonce: parts.random.uuid(),
    signatureKey: state?.signatureKey,
  });
  const { manifest } = proven;
  const plan = planOf(manifest, {
    client,
    uncName: uncNameOf(manifest),
    filesPath: home?.files.path ?? `${request.root}/…`,
  });
  logServerSteps(parts.log, { manifest, plan, signatureKey: proven.signatureKey });
  const unchanged = await unchangedFiles(home?.files, plan.files, state?.files ?? []);
  const wanted = plan.files.filter((file) => !unchanged.has(file));
  const gone = (state?.files ?? []).filter(
    (kept) => !plan.files.some((file) => placeOf(file) === placeOf(kept)),
  );
  if (request.dryRun || home === undefined) {
    return dryRun(connecting, { proven, plan, wanted, gone });
  }
  const meter: Meter = { bytes: 0 };
  await fetchAll(session, home, wanted, meter);
  const kept = await copyComponents(connecting, { home, plan, unchanged, manifest });
  await removeFiles(home.files, gone);
  for (const file of gone) parts.log({ step: 'removed', file: placeOf(file) });
  const next = await finish(connecting, { home, proven, plan, kept, changed: wanted.length > 0 });
  return answerOf(connecting, { proven, plan, wanted, gone, meter, cupsQueue: next.cupsQueue });
}

/** Everything is here, proven and durable before anything has its place. */
async function fetchAll(
  session: Session,
  { files, staging }: Home,
  wanted: readonly PlannedFile[],
  meter: Meter,
): Promise<void> {
  await checkPlaces(files, wanted);
  await refuseWithoutSpace(staging, wanted);
  const left = new Set((await staging.list()).map(({ name }) => name));
  const syncing = createSyncing();
  const waiting = [...wanted];
  const failed: unknown[] = [];
  const work = async () => {
    const channel = session.contents();
    const stager = { channel, staging, left, syncing, meter, buffers: gatheringBuffers() };
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        await stage(stager, next.file);
      } catch (error) {
        // The others end what they have begun, and begin nothing more.
        failed.push(error);
        waiting.length = 0;
      }
    }
  };
  const workers = Math.min(limits.downloads, wanted.length);
  await Promise.all(Array.from({ length: workers }, work));
  try {
    await syncing.end();
  } catch (error) {
    failed.push(error);
  }
  if (failed.length > 0) throw failed[0];
}

async function refuseWithoutSpace(staging: Folder, wanted: readonly PlannedFile[]): Promise<void> {
  const needed = wanted.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  const free = (await staging.freeBytes()) - limits.reserveBytes;
  if (needed <= free) return;
  throw new ClientError(
    'no-space',
    `The files need ${needed} bytes, and ${staging.path} has room for ${Math.max(0, free)}.`,
  );
}

interface Copying {
  readonly home: Home;
  readonly plan: Plan;
  readonly unchanged: ReadonlyMap<PlannedFile, KeptFile>;
  readonly manifest: Manifest;
}

/** Driver files first, then component by component, with their path calls and events. */
async function copyComponents(
  { parts }: Connecting,
  { home, plan, unchanged, manifest }: Copying,
): Promise<readonly KeptFile[]> {
  const { log } = parts;
  const placed = new Map<PlannedFile, KeptFile>(unchanged);
  const tell = (planned: PlannedFile) => {
    const { digest, sizeBytes, type } = planned.file;
    log({ step: 'download', file: placeOf(planned), bytes: sizeBytes, digest, type });
  };
  const place = async (files: readonly PlannedFile[]) => {
    const waiting = files.filter((file) => !placed.has(file));
    for (const [file, kept] of await placeFiles(home.files, home.staging, waiting, tell)) {
      placed.set(file, kept);
    }
  };
  await place(plan.drivers);
  await cacheKeys(home.state, manifest);
  log({ step: 'cache keys', keys: manifest.keys.map(({ key }) => key) });
  for (const component of plan.components) {
    logPathCall(log, component);
    await place(component.files);
    const changed = component.files.filter((file) => !unchanged.has(file));
    if (changed.length === 0) continue;
    const printer = uncNameOf(manifest);
    log({ step: 'event', message: `files of ${component.key} were copied for ${printer}` });
    await tellModule(parts.log, component, printer, 'FILES_CHANGED', home.files, changed);
  }
  return plan.files.flatMap((file) => placed.get(file) ?? []);
}

/** The answer was looked at when the plan was made: source and target have to be as they were. */
function logPathCall(log: ClientParts['log'], component: PlannedComponent): void {
  const { call, module, moduleName, paths } = component;
  log({ step: 'GenerateCopyFilePaths', side: 'client', ...call, result: paths.status });
  log({
    step: 'module',
    module: module.name,
    name: moduleName,
    how: `module ${module.name}: built in`,
  });
}

interface Finishing {
  readonly home: Home;
  readonly proven: ProvenManifest;
  readonly plan: Plan;
  readonly kept: readonly KeptFile[];
  readonly changed: boolean;
}

async function finish(
  { parts, request, session, state: before }: Connecting,
  { home, proven, plan, kept, changed }: Finishing,
): Promise<ConnectionState> {
  const { log } = parts;
  const { manifest, signatureKey } = proven;
  const printer = uncNameOf(manifest);
  const pin = request.pin ?? before?.serverKey;
  const base: ConnectionState = {
    version: 1,
    uri: uriOf(request.address),
    server: manifest.server,
    printer: manifest.printer.name,
    ...(pin === undefined ? {} : { serverKey: pin }),
    signatureKey,
    ...(before?.connectionId === undefined ? {} : { connectionId: before.connectionId }),
    ...(before?.cupsQueue === undefined ? {} : { cupsQueue: before.cupsQueue }),
    components: plan.components.map(({ key, moduleName }) => ({ key, module: moduleName })),
    files: [...kept],
  };
  await writeState(home.state, base);
  const cupsQueue = request.cups
    ? await installQueue(parts, request.address, base.cupsQueue)
    : base.cupsQueue;
  if (changed || before === undefined)
    log({ step: 'printer event', event: 'CACHE_REFRESH', printer });
  const { id } = await session.json('POST', 'connections', z.object({ id: z.string() }), {
    body: {
      ...(base.connectionId === undefined ? {} : { id: base.connectionId }),
      client: request.client.machineName,
      user: request.client.userName,
    },
  });
  const next: ConnectionState = {
    ...base,
    connectionId: id,
    ...(cupsQueue === undefined ? {} : { cupsQueue }),
  };
  await writeState(home.state, next);
  if (before === undefined) {
    log({ step: 'printer event', event: 'ADD_CONNECTION', printer });
    for (const component of plan.components) {
      await tellModule(log, component, printer, 'ADD_PRINTER_CONNECTION', home.files, []);
    }
  }
  return next;
}

interface Outcome {
  readonly proven: ProvenManifest;
  readonly plan: Plan;
  readonly wanted: readonly PlannedFile[];
  readonly gone: readonly KeptFile[];
}

function dryRun(connecting: Connecting, outcome: Outcome): Connected {
  const { log } = connecting.parts;
  for (const component of outcome.plan.components) logPathCall(log, component);
  for (const file of outcome.wanted) {
    log({ step: 'would download', file: placeOf(file), bytes: file.file.sizeBytes });
  }
  for (const file of outcome.gone) log({ step: 'would remove', file: placeOf(file) });
  return answerOf(connecting, { ...outcome, meter: { bytes: 0 }, cupsQueue: undefined });
}

function answerOf(
  { home, request, session, state }: Connecting,
  outcome: Outcome & { readonly meter: Meter; readonly cupsQueue: string | undefined },
): Connected {
  const { manifest, signatureKey } = outcome.proven;
  const before = new Set(state?.files.map(placeOf));
  const stateOf = (file: PlannedFile) => {
    if (!outcome.wanted.includes(file)) return 'unchanged';
    return before.has(placeOf(file)) ? 'changed' : 'new';
  };
  return {
    folder: home?.path ?? request.root,
    server: manifest.server,
    printer: manifest.printer.name,
    serverKey: session.serverKey,
    signatureKey,
    files: outcome.plan.files.map((file) => ({
      path: placeOf(file),
      digest: file.file.digest,
      sizeBytes: file.file.sizeBytes,
      state: stateOf(file),
    })),
    removed: outcome.gone.map(placeOf),
    downloadedBytes: outcome.meter.bytes,
    movedBytes: session.movedBytes,
    cupsQueue: outcome.cupsQueue,
  };
}

function refuseOtherPin(
  { pin, address }: ConnectRequest,
  state: ConnectionState | undefined,
): void {
  if (pin === undefined || state?.serverKey === undefined || state.serverKey === pin) return;
  throw new ClientError(
    'server-key-changed',
    `${authorityOf(address)} was pinned as ${state.serverKey}, and --pin says ${pin}. If the ` +
      'server was changed, disconnect first.',
  );
}

function notConnected({ address }: ConnectRequest): ClientError {
  const how = `connect first with "platen connect ${uriOf(address)}"`;
  return new ClientError('not-connected', `There is no connection to ${address.printer}: ${how}.`);
}

/** For tidying after a failure, which is told already. */
async function readStateQuietly(home: Home): Promise<ConnectionState | 'damaged' | undefined> {
  try {
    return await readState(home.state);
  } catch {
    return 'damaged';
  }
}
