// One box's kernel: addresses that it drops at the end of their lifetime, and sockets whose bytes
// go on without their process.
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import type { Term } from '../../../firmware/store/contract.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { Host, Network } from './network.ts';
import type { PrinterSession, Printer } from './devices.ts';

export interface Kernel {
  readonly addressOn: boolean;
  /** The ownership whose bytes may leave now, whatever its process does. */
  readonly loose: Term | undefined;
  renewAddress(untilLocalMs: number, done: () => void): void;
  fence(done: () => void): void;
  /** Destroys sockets and addresses at once, as a supervisor or a start does. */
  clear(): void;
  /** The power goes: nothing is sent any more, not even a reset. */
  powerOff(): void;
  /** The process is gone: what it wrote goes on; some connections end behind it, some never do. */
  orphan(): void;
  /** A connection of the group's address; undefined while the kernel has no such address. */
  connect(printer: Printer, localPort: number | undefined, term: Term): Socket | undefined;
}

/** What a process sees of its socket; everything may change at any time. */
export interface Socket {
  readonly localPort: number;
  /** What it carries: the ownership, and the attempt, each of which has its own socket. */
  readonly term: Term;
  readonly attempt: number;
  /** The document, once its first bytes were written. */
  jobNumber: number | undefined;
  readonly connected: boolean;
  /** Reset by someone, or destroyed. */
  readonly broken: boolean;
  /** Destroyed on this box, by its supervisor. */
  readonly cutOff: boolean;
  /** The printer took all of it and ended the connection. */
  readonly delivered: boolean;
  /** Put here, and not taken by the printer. */
  readonly unacknowledgedBytes: number;
  /** Takes what fits; answers how much that was. */
  put(bytes: Uint8Array): number;
  finish(): void;
  reset(): void;
  /** Called at each change, until the socket is gone. */
  onChange: () => void;
}

export interface KernelOptions {
  readonly host: Host;
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly network: Network;
  readonly localNowMs: () => number;
  /** nftables gates the address until the end of the lease. */
  readonly gated: boolean;
  /** Broken on purpose: sockets are not bound to the group's address. */
  readonly unbound: boolean;
  readonly onBytesLeft: (printer: Printer, socket: Socket) => void;
}

const bufferBytes = 512;
/** Larger documents go faster, so that each takes seconds at most. */
const mostTurns = 40;
const drainEveryMs = 30;
const execMs = [0.3, 15] as const;

interface SocketState extends Socket {
  connected: boolean;
  broken: boolean;
  cutOff: boolean;
  delivered: boolean;
}

export function createKernel(options: KernelOptions): Kernel {
  const { host, timeline, random, network, localNowMs, gated, unbound } = options;
  let addressUntilMs = -Infinity;
  let gateUntilMs = -Infinity;
  let lastCommandMs = 0;
  let nextPort = 20_000;
  let attempts = 0;
  const sockets = new Set<KernelSocket>();

  const addressOn = () => localNowMs() < addressUntilMs && (!gated || localNowMs() < gateUntilMs);
  /** Commands run in order, a little later, even if the process stops meanwhile. */
  const command = (action: () => void) => {
    lastCommandMs = Math.max(timeline.nowMs + random.between(execMs[0], execMs[1]), lastCommandMs);
    timeline.at(lastCommandMs, action);
  };
  const reaches = (printer: Printer) =>
    !network.link(host, 'printers').cut && !network.link('printers', host).cut && printer.on;
  const open = (printer: Printer) => (unbound || addressOn()) && reaches(printer);

  const destroy = (socket: KernelSocket, tell: boolean) => {
    sockets.delete(socket);
    if (tell && socket.session !== undefined && addressOn() && reaches(socket.printer)) {
      socket.printer.reset(socket.session);
    }
    socket.breakOff();
  };
  const clear = () => {
    for (const socket of sockets) {
      socket.cutOff = true;
      destroy(socket, true);
    }
    addressUntilMs = -Infinity;
    gateUntilMs = -Infinity;
  };

  const drain = (socket: KernelSocket) => {
    if (!sockets.has(socket)) return;
    const { printer } = socket;
    if (open(printer)) {
      socket.session ??= printer.open(`group:${socket.localPort}`);
      const { session } = socket;
      if (session !== undefined && !printer.isOpen(session)) return destroy(socket, false);
      if (session !== undefined) move(socket, session);
    }
    if (sockets.has(socket)) timeline.after(drainEveryMs, () => drain(socket));
  };
  const move = (socket: KernelSocket, session: PrinterSession) => {
    const { printer } = socket;
    socket.connect();
    const bytes = socket.take(Math.max(printer.bytesPerTurn, socket.largestTurn));
    if (bytes.length > 0) {
      options.onBytesLeft(printer, socket);
      printer.take(session, bytes);
      socket.makeRoom();
    } else if (socket.finished) {
      sockets.delete(socket);
      printer.finish(session);
      socket.deliver();
    }
  };

  return {
    get addressOn() {
      return addressOn();
    },
    get loose() {
      for (const socket of sockets) {
        if (socket.bufferedBytes > 0 && (unbound || addressOn())) return socket.term;
      }
      return undefined;
    },
    renewAddress(untilLocalMs, done) {
      command(() => {
        const nowMs = localNowMs();
        if (nowMs < untilLocalMs) {
          const lifetimeMs = gated
            ? clusterLimits.gatedAddressLifetimeMs
            : clusterLimits.addressLifetimeMs;
          addressUntilMs =
            nowMs + lifetimeMs + random.between(0, clusterLimits.addressExpirySlackMs);
          gateUntilMs = Math.max(gateUntilMs, untilLocalMs);
        }
        done();
      });
    },
    fence(done) {
      command(() => {
        clear();
        done();
      });
    },
    clear,
    powerOff() {
      sockets.clear();
      addressUntilMs = -Infinity;
      gateUntilMs = -Infinity;
    },
    orphan() {
      for (const socket of sockets) {
        socket.onChange = () => undefined;
        if (random.chance(0.5)) socket.finish();
      }
    },
    connect(printer, localPort, term) {
      if (!unbound && !addressOn()) return undefined;
      nextPort += 1;
      attempts += 1;
      const socket = new KernelSocket(printer, localPort ?? nextPort, term, attempts, (gone) =>
        destroy(gone, true),
      );
      sockets.add(socket);
      timeline.after(random.between(0.5, 5), () => drain(socket));
      return socket;
    },
  };
}

class KernelSocket implements SocketState {
  readonly printer: Printer;
  readonly localPort: number;
  readonly term: Term;
  readonly attempt: number;
  jobNumber: number | undefined;
  connected = false;
  broken = false;
  cutOff = false;
  delivered = false;
  finished = false;
  session: PrinterSession | undefined;
  onChange: () => void = () => undefined;
  #parts: Uint8Array[] = [];
  #full = false;
  bufferedBytes = 0;
  largestTurn = 0;
  readonly #onReset: (socket: KernelSocket) => void;

  constructor(
    printer: Printer,
    localPort: number,
    term: Term,
    attempt: number,
    onReset: (socket: KernelSocket) => void,
  ) {
    this.printer = printer;
    this.localPort = localPort;
    this.term = term;
    this.attempt = attempt;
    this.#onReset = onReset;
  }

  get unacknowledgedBytes(): number {
    return this.bufferedBytes;
  }

  /** Only who was told that it is full waits. */
  makeRoom(): void {
    if (!this.#full) return;
    this.#full = false;
    this.onChange();
  }

  put(bytes: Uint8Array): number {
    this.largestTurn = Math.max(this.largestTurn, Math.ceil(bytes.length / mostTurns));
    const room = Math.max(bufferBytes, this.largestTurn) - this.bufferedBytes;
    const fitting = bytes.slice(0, Math.max(0, room));
    if (fitting.length > 0) this.#parts.push(fitting);
    this.bufferedBytes += fitting.length;
    this.#full = fitting.length < bytes.length;
    return fitting.length;
  }

  take(mostBytes: number): Uint8Array {
    const all = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    if (all === undefined || all.length === 0) return new Uint8Array();
    const taken = all.subarray(0, mostBytes);
    this.#parts = taken.length < all.length ? [all.subarray(mostBytes)] : [];
    this.bufferedBytes -= taken.length;
    return taken;
  }

  connect(): void {
    if (this.connected) return;
    this.connected = true;
    this.onChange();
  }

  finish(): void {
    this.finished = true;
  }

  deliver(): void {
    this.delivered = true;
    this.onChange();
  }

  reset(): void {
    this.#onReset(this);
  }

  breakOff(): void {
    if (this.delivered) return;
    this.broken = true;
    this.onChange();
  }
}
