// The world of the bench: two appliances, a witness, a client and printers as hosts of their own on
// one switch; paired, with one group and its printers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createHosts, type Host, type Hosts } from '../hosts/hosts.ts';
import { Box } from './box.ts';
import { type FaultTarget, prepareCuts } from './faults.ts';
import { type ClientLine, clientLine, type PrinterLine, printerLine } from './lines.ts';
import { type LineProcess, startLines } from './process-lines.ts';

export interface WorldOptions {
  /** A Mosquitto on a host of its own. */
  readonly witness: boolean;
  readonly printers: number;
  readonly say: (line: string) => void;
  /** More settings of both appliances. */
  readonly settings?: readonly string[];
  /** Puts something into an appliance's data folder before it starts. */
  readonly prepare?: (dataFolder: string) => Promise<void>;
}

export const groupName = 'prints';
export const groupAddress = '10.77.0.200';
const program = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));
const settleMs = 120_000;

/** One appliance's word on the group, as far as the bench needs it. */
const groupView = z.object({ ownedHere: z.boolean(), mode: z.string(), term: z.int().optional() });

export interface HalfUpload {
  finish(): Promise<z.infer<typeof uploadEnd>>;
}

const uploadEnd = z.object({ outcome: z.string(), detail: z.string() });

export interface ClientOptions {
  /** Of its documents' names. */
  readonly prefix: string;
  readonly onLine: (line: ClientLine) => void;
  /** How long it waits for a connection. */
  readonly connectMs?: number;
  readonly everyMs?: number;
  readonly bytes?: number;
  readonly mostAtOnce?: number;
  /** Where it prints; the group's address and its first printer. */
  readonly host?: string;
  readonly queue?: string;
}

const printBytes = 4_096;
const printEveryMs = 60;
const connectMs = 150;
const mostAtOnce = 200;

export interface World extends AsyncDisposable {
  readonly boxes: readonly [Box, Box];
  readonly client: Host;
  /** Where Mosquitto is, if it is wanted. */
  readonly witness: Host;
  readonly printerHosts: readonly Host[];
  /** Namespace of the switch. */
  readonly wire: string;
  readonly printerNames: readonly string[];
  readonly printerLines: PrinterLine[];
  /** The box that owns the group now and is in step; waits for it. */
  ownerInStep(): Promise<Box>;
  targetOf(owner: Box): FaultTarget;
  /** Prints to the first printer of the group until its standard input ends. */
  startClient(options: ClientOptions): LineProcess;
  /** Prints one large document after the other there, until its standard input ends. */
  startLargeClient(
    options: Required<Pick<ClientOptions, 'prefix' | 'bytes' | 'onLine'>>,
  ): LineProcess;
  /** Sends half of a document; `finish` sends the rest and tells what its client was told. */
  upload(id: string, bytes: number): Promise<HalfUpload>;
  other(box: Box): Box;
  say(line: string): void;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'platen-failover-'));
  const tag = folder
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x');
  const hosts = await createHosts({ tag: `f${tag}`, count: 4 + options.printers });
  const dispose = async () => {
    await hosts.dispose();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return await buildWorld(options, hosts, folder, dispose);
  } catch (error) {
    await dispose();
    say(`the world could not be built: ${String(error)}`);
    throw error;
  }
}

async function buildWorld(
  options: WorldOptions,
  hosts: Hosts,
  folder: string,
  dispose: () => Promise<void>,
): Promise<World> {
  const { say } = options;
  await prepareCuts(hosts.wire);
  const [hostA, hostB, witness, client, ...printerHosts] = hosts.hosts;
  if (!hostA || !hostB || !witness || !client) throw new Error('hosts are missing');
  const { settings } = options;
  const box = (name: string, host: Host) =>
    new Box({ name, host, data: join(folder, name), ...(settings && { settings }) });
  const boxes = [box('a', hostA), box('b', hostB)] as const;
  const printerLines: PrinterLine[] = [];
  for (const host of printerHosts) {
    const printer = startLines(
      host,
      [process.execPath, program('printer-process.ts'), '9100'],
      (line) => printerLines.push(printerLine.parse(line)),
    );
    await printer.first;
  }
  if (options.witness) await startMosquitto(witness, folder);
  for (const { data } of boxes) await options.prepare?.(data);
  say('starting two appliances');
  await Promise.all(boxes.map((each) => each.start()));
  await pairUp(boxes, options.witness ? witness.address : undefined);
  say('paired');
  await makeGroup(boxes[0]);
  const world: World = {
    boxes,
    client,
    witness,
    printerHosts,
    wire: hosts.wire,
    printerLines,
    printerNames: printerHosts.map((_host, at) => `p${at + 1}`),
    say,
    ownerInStep: () => ownerInStep(boxes),
    other: (one) => (one === boxes[0] ? boxes[1] : boxes[0]),
    targetOf: (owner) => ({
      host: owner.host,
      wire: hosts.wire,
      port: owner.host.port,
      signalServe: (signal) => owner.signalServe(signal),
      signalAll: (signal) => owner.signalAll(signal),
      async restart() {
        await owner.stop();
        await owner.start();
      },
      async move() {
        await owner.api.send('POST', `/groups/${groupName}/move`, undefined, z.unknown());
      },
    }),
    startClient: ({ prefix, onLine, ...how }) =>
      startLines(
        client,
        [
          process.execPath,
          program('client-process.ts'),
          how.host ?? groupAddress,
          '8631',
          how.queue ?? 'p1',
          prefix,
          String(how.bytes ?? printBytes),
          String(how.everyMs ?? printEveryMs),
          String(how.connectMs ?? connectMs),
          String(how.mostAtOnce ?? mostAtOnce),
        ],
        (line) => onLine(clientLine.parse(line)),
      ),
    startLargeClient: ({ prefix, bytes, onLine }) =>
      startLines(
        client,
        [
          process.execPath,
          program('large-client-process.ts'),
          groupAddress,
          '8631',
          'p1',
          prefix,
          String(bytes),
        ],
        (line) => onLine(clientLine.parse(line)),
      ),
    upload: (id, bytes) => upload(client, id, bytes),
    [Symbol.asyncDispose]: dispose,
  };
  const owner = await world.ownerInStep();
  for (const [at, host] of printerHosts.entries()) {
    const name = `p${at + 1}`;
    const port = ['port', 'add', `${groupName}/${name}`, '--monitor', 'tcp'];
    await insist(owner, ...port, '--host', host.address);
    await insist(owner, 'printer', 'add', `${groupName}/${name}`, '--port', name);
  }
  return world;
}

const setUpAttempts = 20;

/** A busy machine may lapse just then; the box says to try again, and as a person would we do. */
async function insist(box: Box, ...words: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await box.run(...words);
      return;
    } catch (error) {
      const said = error instanceof Error ? error.message : '';
      // An answer that was lost on its way leaves it there all the same.
      if (attempt > 1 && /exists|already|another/i.test(said)) return;
      if (attempt >= setUpAttempts || !/Try again/.test(said)) throw error;
    }
  }
}

async function upload(client: Host, id: string, bytes: number): Promise<HalfUpload> {
  const told = Promise.withResolvers<z.infer<typeof uploadEnd>>();
  const words = [groupAddress, '8631', 'p1', id, String(bytes)];
  const started = startLines(
    client,
    [process.execPath, program('upload-process.ts'), ...words],
    (line) => {
      const end = uploadEnd.safeParse(line);
      if (end.success) told.resolve(end.data);
    },
  );
  await started.first;
  return {
    finish() {
      started.child.stdin?.write('go\n');
      return told.promise;
    },
  };
}

async function startMosquitto(host: Host, folder: string): Promise<void> {
  const path = join(folder, 'mosquitto.conf');
  await writeFile(path, 'listener 1883 0.0.0.0\nallow_anonymous true\npersistence false\n');
  const child = host.start('mosquitto', ['-c', path], { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve());
  });
}

const code = z.object({ code: z.string() });

async function pairUp([a, b]: readonly [Box, Box], witness: string | undefined): Promise<void> {
  const shown = code.parse(JSON.parse(await a.run('pair', 'show-code', '--json')));
  await b.run('pair', 'join', a.host.address, shown.code);
  if (witness !== undefined) await a.run('pair', 'witness', witness);
}

async function makeGroup(box: Box): Promise<void> {
  await box.run('group', 'create', groupName, '--address', groupAddress);
}

export async function viewOf(box: Box): Promise<z.infer<typeof groupView> | undefined> {
  if (!box.running) return undefined;
  try {
    return await box.api.get(`/groups/${groupName}`, groupView);
  } catch {
    return undefined;
  }
}

async function ownerInStep(boxes: readonly [Box, Box]): Promise<Box> {
  const untilMs = performance.now() + settleMs;
  let seen: unknown;
  while (performance.now() < untilMs) {
    const views = await Promise.all(boxes.map(viewOf));
    seen = views;
    for (const [at, view] of views.entries()) {
      const box = boxes[at];
      if (view?.ownedHere === true && view.mode === 'in-step' && box !== undefined) return box;
    }
    await pause(50);
  }
  const errors = boxes.map((box) => box.errors().slice(-2_000)).join('\n---\n');
  throw new Error(`nobody owns the group in step: ${JSON.stringify(seen)}\n${errors}`);
}
