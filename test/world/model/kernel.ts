// One node's kernel: addresses that it drops at the end of their lifetime, and sockets whose bytes
// go on without their process.
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import type { Term } from '../../../firmware/store/contract.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { Host, Network } from '../pair/network.ts';
import type { PrinterSession, Printer } from './printers.ts';

/** What a socket carries: bytes of one attempt of one job. */
export interface Cargo {
  readonly term: Term;
  readonly jobId: string;
  readonly attempt: number;
}

export interface PrinterSocket {
  readonly localPort: number;
  /** Room in the kernel's buffer. */
  readonly roomUnits: number;
  readonly connected: boolean;
  readonly broken: boolean;
  write(units: number): void;
  /** All that was written has left, and was taken. */
  readonly drained: boolean;
  finish(): void;
  /** Closes it where nothing was sent. */
  abandon(): void;
}

export interface Kernel {
  readonly addressOn: boolean;
  /** The ownership whose bytes may leave now, whatever its process does. */
  readonly loose: Term | undefined;
  renewAddress(untilLocalMs: number, done: () => void): void;
  fence(done: () => void): void;
  /** Destroys sockets and addresses at once, as a supervisor or a start does. */
  clear(): void;
  connect(printer: Printer, localPort: number, cargo: Cargo): PrinterSocket;
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
  readonly onUnitsLeft: (printer: Printer, cargo: Cargo, offset: number, units: number) => void;
}

const bufferUnits = 512;
const drainEveryMs = 25;
const execMs = [0.3, 15] as const;

interface SocketState {
  readonly printer: Printer;
  readonly localPort: number;
  readonly cargo: Cargo;
  session: PrinterSession | undefined;
  buffered: number;
  sent: number;
  finished: boolean;
  /** Everything left, and the printer took its end. */
  delivered: boolean;
  closed: boolean;
}

export function createKernel(options: KernelOptions): Kernel {
  const { host, timeline, random, network, localNowMs, gated, unbound } = options;
  let addressUntilMs = -Infinity;
  let gateUntilMs = -Infinity;
  let lastCommandMs = 0;
  const sockets = new Set<SocketState>();

  const addressOn = () => localNowMs() < addressUntilMs && (!gated || localNowMs() < gateUntilMs);
  /** Commands run in order, a little later, even if the process stops meanwhile. */
  const command = (action: () => void) => {
    lastCommandMs = Math.max(timeline.nowMs + random.between(execMs[0], execMs[1]), lastCommandMs);
    timeline.at(lastCommandMs, action);
  };
  const reaches = (printer: Printer) =>
    !network.link(host, 'printers').cut && !network.link('printers', host).cut && printer.on;

  const resetAll = () => {
    for (const socket of sockets) {
      socket.closed = true;
      if (socket.session !== undefined && addressOn() && reaches(socket.printer)) {
        socket.printer.reset(socket.session);
      }
    }
    sockets.clear();
  };

  const drain = (socket: SocketState) => {
    if (socket.closed) return;
    const { printer } = socket;
    const open = (unbound || addressOn()) && reaches(printer);
    if (open) {
      socket.session ??= printer.open(`group:${socket.localPort}`);
      const { session } = socket;
      if (session !== undefined && !printer.isOpen(session)) {
        socket.closed = true;
        sockets.delete(socket);
        return;
      }
      if (session !== undefined) move(socket, session);
    }
    if (!socket.closed) timeline.after(drainEveryMs, () => drain(socket));
  };
  const move = (socket: SocketState, session: PrinterSession) => {
    const { printer, cargo } = socket;
    const units = Math.min(socket.buffered, printer.unitsPerTurn);
    if (units > 0) {
      options.onUnitsLeft(printer, cargo, socket.sent, units);
      printer.take(session, cargo, socket.sent, units);
      socket.sent += units;
      socket.buffered -= units;
    } else if (socket.finished) {
      printer.finish(session, cargo, socket.sent);
      socket.delivered = true;
      socket.closed = true;
      sockets.delete(socket);
    }
  };

  const clear = () => {
    resetAll();
    addressUntilMs = -Infinity;
    gateUntilMs = -Infinity;
  };

  return {
    get addressOn() {
      return addressOn();
    },
    get loose() {
      for (const { buffered, cargo, closed } of sockets) {
        if (!closed && buffered > 0 && (unbound || addressOn())) return cargo.term;
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
    connect(printer, localPort, cargo) {
      const socket: SocketState = {
        printer,
        localPort,
        cargo,
        session: undefined,
        buffered: 0,
        sent: 0,
        finished: false,
        delivered: false,
        closed: false,
      };
      sockets.add(socket);
      timeline.after(random.between(0.5, 5), () => drain(socket));
      return {
        localPort,
        get roomUnits() {
          return bufferUnits - socket.buffered;
        },
        get connected() {
          return socket.session !== undefined;
        },
        get broken() {
          return socket.closed && !socket.delivered;
        },
        write: (units) => void (socket.buffered += units),
        get drained() {
          return socket.delivered;
        },
        finish: () => void (socket.finished = true),
        abandon() {
          socket.closed = true;
          sockets.delete(socket);
        },
      };
    },
  };
}
