// Debian's p910nd as the device of the tcp monitor, with a FIFO of its own for each connection in
// the place of its printer.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TcpConnection } from '../../hal/contract.ts';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { VirtualClock } from '../world/clock.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';

/** It locks one file a machine below /run; a /run of its own lets several stand side by side. */
const inPrivateRun =
  'mount -t tmpfs tmpfs /run && mkdir -p /run/lock/p910nd && exec /usr/sbin/p910nd -f "$1" 0';

const drainBytes = 64 * 1024;
const floodBytes = 24 * 1024 * 1024;

/** One connection: a p910nd of its own, as inetd starts them, and what is behind it. */
class Served {
  readonly parts: Buffer[] = [];
  readonly senderPort: number | undefined;
  readonly #child: ChildProcess;
  readonly #fd: number;
  readonly #reader: Socket;
  readonly #onEnd: () => void;
  #leftBytes = Infinity;
  isWhole = false;

  constructor(connection: Socket, fifo: string, onEnd: () => void) {
    this.#onEnd = onEnd;
    this.senderPort = connection.remotePort;
    // Also for writing, so that it has no end before p910nd opens it.
    this.#fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    this.#reader = new Socket({ fd: this.#fd, readable: true, writable: false });
    this.#reader.on('data', (part: Buffer) => this.#take(part));
    this.#child = spawn('unshare', ['-rm', 'sh', '-c', inPrivateRun, 'sh', fifo], {
      stdio: [connection, connection, 'inherit'],
    });
    // Only the child is to hold the connection now.
    this.#child.once('spawn', () => connection.destroy());
    this.#child.once('exit', (code) => this.#exited(code));
  }

  resume(): void {
    this.#leftBytes = Infinity;
    this.#reader.resume();
  }

  stop(): void {
    this.#reader.pause();
  }

  dieAfter(sizeBytes: number): void {
    this.#leftBytes = sizeBytes;
    this.#reader.resume();
  }

  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    this.#reader.destroy();
  }

  #take(part: Buffer): void {
    this.parts.push(part);
    this.#leftBytes -= part.length;
    if (this.#leftBytes <= 0) this.#child.kill('SIGKILL');
  }

  #exited(code: number | null): void {
    this.#reader.pause();
    const rest = Buffer.alloc(drainBytes);
    for (;;) {
      try {
        this.parts.push(Buffer.from(rest.subarray(0, readSync(this.#fd, rest))));
      } catch {
        // EAGAIN: it is empty, and nobody writes any more.
        break;
      }
    }
    this.isWhole = code === 0;
    this.#onEnd();
  }
}

/** Tells of a reset, of which p910nd knows nothing: it prints what it has, and ends well. */
function watchReset(connection: TcpConnection, onReset: (port: number) => void): TcpConnection {
  const { port } = connection.local;
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'reset') onReset(port);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export async function makeP910ndRig(): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const folder = await mkdtemp(join(tmpdir(), 'platen-p910nd-'));
  const fifos = Array.from({ length: 16 }, (_none, at) => join(folder, `printer-${at}`));
  await promisify(execFile)('mkfifo', fifos);
  const served: Served[] = [];
  const resetPorts = new Set<number>();
  let behave: (each: Served) => void = () => {};
  let changed = Promise.withResolvers<void>();
  const onConnection = (connection: Socket) => {
    const fifo = fifos.shift();
    assert.ok(fifo !== undefined, 'more connections than a test is meant to make');
    const each = new Served(connection, fifo, () => {
      changed.resolve();
      changed = Promise.withResolvers<void>();
    });
    behave(each);
    served.push(each);
  };
  let server: Server | undefined;
  const listen = async (port: number) => {
    server = createServer({ pauseOnConnect: true }, onConnection);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    return address.port;
  };
  const refuse = async () => {
    server?.close();
    server = undefined;
  };
  const portNumber = await listen(0);
  const set = async (behaviour: (each: Served) => void) => {
    behave = behaviour;
    for (const each of served) behaviour(each);
    if (server === undefined) await listen(portNumber);
  };
  return {
    module: tcpMonitor,
    clock,
    devices: {
      ...devicesOver(tcp),
      async connectTcp(options) {
        const connection = await tcp.connect(options);
        return watchReset(connection, (port) => resetPorts.add(port));
      },
    },
    device: {
      work: () => set((each) => each.resume()),
      refuse,
      stall: () => set((each) => each.stop()),
      breakAfter: (sizeBytes) => set((each) => each.dieAfter(sizeBytes)),
      say() {},
      async untilDocuments(count) {
        for (;;) {
          const whole = served.filter(
            ({ isWhole, parts, senderPort }) =>
              isWhole && parts.length > 0 && !resetPorts.has(senderPort ?? 0),
          );
          if (whole.length >= count) return whole.map(({ parts }) => Buffer.concat(parts));
          await changed.promise;
        }
      },
    },
    portInput: { host: '127.0.0.1', portNumber },
    floodBytes,
    async dispose() {
      await refuse();
      await Promise.all(served.map((each) => each.dispose()));
      await rm(folder, { recursive: true });
    },
  };
}
