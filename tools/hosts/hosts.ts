// Hosts that are network namespaces of this machine, joined by a switch whose links can be cut.

import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import { promisify } from 'node:util';

const MAX_HOSTS = 200;

export interface HostsOptions {
  /** Makes the namespaces' names unique on this machine: up to 20 letters, digits and dashes. */
  readonly tag: string;
  readonly count: number;
}

/** One host: `eth0` on the switch, and loopback. Nothing of it is seen outside. */
export interface Host {
  readonly namespace: string;
  /** Its end of the cable in the switch's namespace. */
  readonly port: string;
  /** IPv4, in 10.77.0.0/24. */
  readonly address: string;
  /** Starts a program inside; it is killed by `dispose` when it still runs. */
  start(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Pulls the cable: carrier is lost on both ends. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/**
 * Life cycle: createHosts, use, dispose. Disposing ends all processes inside and leaves nothing
 * behind, also when only part of it could be made.
 */
export interface Hosts extends AsyncDisposable {
  readonly hosts: readonly Host[];
  /** Namespace of the switch. */
  readonly wire: string;
  dispose(): Promise<void>;
}

/** Needs root and iproute2; rejects with the reason otherwise. */
export async function createHosts({ tag, count }: HostsOptions): Promise<Hosts> {
  if (process.getuid?.() !== 0) {
    throw new Error('hosts in network namespaces need root: run the tests as root');
  }
  if (!/^[a-z0-9-]{1,20}$/.test(tag)) throw new Error(`not a tag for namespaces: ${tag}`);
  if (count < 1 || count > MAX_HOSTS) throw new Error(`${count} hosts are not 1 to ${MAX_HOSTS}`);
  const wire = `platen-${tag}-switch`;
  const made: string[] = [];
  const running = new Set<ChildProcess>();
  const dispose = (): Promise<void> => disposeAll(made, running);
  try {
    await addNamespace(wire, made);
    await ip('-n', wire, 'link', 'add', 'bridge', 'type', 'bridge');
    await ip('-n', wire, 'link', 'set', 'bridge', 'up');
    const hosts: Host[] = [];
    for (let number = 1; number <= count; number += 1) {
      const namespace = `platen-${tag}-${number}`;
      await addNamespace(namespace, made);
      hosts.push(await plugIn(wire, namespace, number, running));
    }
    return { hosts, wire, dispose, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function plugIn(
  wire: string,
  namespace: string,
  number: number,
  running: Set<ChildProcess>,
): Promise<Host> {
  const port = `port${number}`;
  const address = `10.77.0.${number}`;
  const pair = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace];
  await ip('-n', wire, 'link', 'add', port, ...pair);
  await ip('-n', wire, 'link', 'set', port, 'master', 'bridge', 'up');
  await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  return {
    namespace,
    port,
    address,
    start(program, args, options = {}) {
      const inside = ['netns', 'exec', namespace, program, ...args];
      const child = spawn('ip', inside, options);
      running.add(child);
      child.once('exit', () => running.delete(child));
      return child;
    },
    async cut() {
      await ip('-n', wire, 'link', 'set', port, 'down');
    },
    async restore() {
      await ip('-n', wire, 'link', 'set', port, 'up');
    },
  };
}

async function addNamespace(name: string, made: string[]): Promise<void> {
  await ip('netns', 'add', name);
  made.push(name);
  await ip('-n', name, 'link', 'set', 'lo', 'up');
}

async function disposeAll(made: string[], running: ReadonlySet<ChildProcess>): Promise<void> {
  const ended = [...running].map(
    (child) =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  );
  await Promise.all(ended);
  for (const namespace of made.splice(0).toReversed()) {
    await killInside(namespace);
    await ip('netns', 'delete', namespace);
  }
}

/** Ends what the started programs started themselves. */
async function killInside(namespace: string): Promise<void> {
  const inside = (await ip('netns', 'pids', namespace)).split('\n').filter((pid) => pid !== '');
  for (const pid of inside.map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It ended by itself in the meantime.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

async function ip(...args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)('ip', args)).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`ip ${args.join(' ')} failed: ${said}`, { cause: error });
  }
}
