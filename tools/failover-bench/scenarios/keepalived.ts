// Keepalived at its defaults, in namespaces of the same kind: how long an address that it moves is
// without a service, after the same faults. It knows nothing of jobs: nothing is counted of them.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createHosts, type Host } from '../../hosts/hosts.ts';
import { median } from '../journal.ts';
import { type LineProcess, startLines } from '../process-lines.ts';
import { waitUntil } from '../round.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const address = '10.77.0.201';
const port = 7_000;
const rounds = 5;
const settleMs = 6_000;
const spreadMs = 1_000;
const waitMs = 15_000;
const program = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

export const keepalived: Scenario = {
  name: 'keepalived',
  what: 'keepalived at its defaults after the same faults, for comparison',
  run,
};

const answered = z.object({ atMs: z.number(), by: z.string() });

/** One box: keepalived, and a service that says who it is at every address. */
class Router {
  readonly name: string;
  readonly host: Host;
  readonly #config: string;
  #pid: number | undefined;

  constructor(name: string, host: Host, folder: string) {
    this.name = name;
    this.host = host;
    this.#config = join(folder, `${name}.conf`);
  }

  async start(priority: number): Promise<void> {
    const text = `
      vrrp_instance prints {
        state BACKUP
        interface eth0
        virtual_router_id 51
        priority ${priority}
        virtual_ipaddress { ${address}/32 }
      }`;
    await writeFile(this.#config, text);
    const pids = ['-p', `${this.#config}.pid`, '-r', `${this.#config}.vrrp`];
    const words = ['-n', '-P', '-f', this.#config, ...pids];
    this.#pid = this.host.start('keepalived', words, { stdio: 'ignore' }).pid;
  }

  /** Its parent and its child, as a crash of the box would. */
  async kill(): Promise<void> {
    const { stdout } = await promisify(execFile)('ip', ['netns', 'pids', this.host.namespace]);
    for (const pid of stdout.split('\n').map(Number)) {
      if (pid > 0 && (await isKeepalived(pid))) process.kill(pid, 'SIGKILL');
    }
    this.#pid = undefined;
  }

  get running(): boolean {
    return this.#pid !== undefined;
  }
}

async function isKeepalived(pid: number): Promise<boolean> {
  const found = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).catch(
    () => undefined,
  );
  return found?.stdout.trim() === 'keepalived';
}

const faults = {
  link: { act: (box: Router) => box.host.cut(), heal: (box: Router) => box.host.restore() },
  power: {
    act: (box: Router) => Promise.all([box.host.cut(), box.kill()]),
    heal: (box: Router) => box.host.restore(),
  },
} as const;

async function run({ say, stop, count = rounds }: ScenarioOptions): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-keepalived-'));
  const tag = folder
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x');
  await using hosts = await createHosts({ tag: `k${tag}`, count: 3 });
  const [hostA, hostB, client] = hosts.hosts;
  if (hostA === undefined || hostB === undefined || client === undefined) return ['no hosts'];
  const boxes = [new Router('a', hostA, folder), new Router('b', hostB, folder)] as const;
  const lines: z.infer<typeof answered>[] = [];
  try {
    for (const box of boxes) await serve(box);
    const probe = startLines(
      client,
      [process.execPath, program('knock-process.ts'), address, String(port)],
      (line) => lines.push(answered.parse(line)),
    );
    for (const [at, box] of boxes.entries()) await box.start(100 - at);
    await probe.first;
    for (const [name, fault] of Object.entries(faults)) {
      const times: number[] = [];
      for (let number = 1; number <= count && !stop.aborted; number += 1) {
        await pause(settleMs + Math.random() * spreadMs);
        const by = lines.at(-1)?.by;
        const owner = boxes.find((box) => box.name === by) ?? boxes[0];
        const other = owner === boxes[0] ? boxes[1] : boxes[0];
        const from = lines.length;
        const atMs = nowMs();
        await fault.act(owner);
        const first = () => lines.slice(from).find((line) => line.by === other.name);
        await waitUntil(() => first() !== undefined, waitMs);
        const tookMs = (first()?.atMs ?? Infinity) - atMs;
        times.push(tookMs);
        say(`keepalived ${name} ${number}/${count}: first answer ${Math.round(tookMs)} ms`);
        await fault.heal(owner);
        if (!owner.running) await owner.start(owner === boxes[0] ? 100 : 99);
      }
      const middle = Math.round(median(times) ?? Infinity);
      say(`keepalived ${name}: median ${middle} ms, worst ${Math.round(Math.max(...times))} ms`);
    }
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function serve({ name, host }: Router): Promise<unknown> {
  const words = [process.execPath, program('name-process.ts'), String(port), name] as const;
  const started: LineProcess = startLines(host, words);
  return started.first;
}
