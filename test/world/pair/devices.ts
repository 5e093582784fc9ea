// Network printers: some serve one session only, and keep a dead one until the same address and
// port comes back.
import { type Arriving, arriving } from './paper.ts';

export interface PrinterSession {
  readonly from: string;
  readonly document: Arriving;
  usedAtMs: number;
}

export interface Printer {
  readonly id: string;
  /** The address by which a port names it. */
  readonly address: string;
  on: boolean;
  readonly oneSession: boolean;
  /** What it takes at each turn of a kernel. */
  readonly bytesPerTurn: number;
  /** Undefined: it serves another session. */
  open(from: string): PrinterSession | undefined;
  isOpen(session: PrinterSession): boolean;
  take(session: PrinterSession, bytes: Uint8Array): void;
  finish(session: PrinterSession): void;
  reset(session: PrinterSession): void;
  /** It forgets its sessions, and what it had of a document. */
  switchOff(): void;
}

export interface PrinterOptions {
  readonly id: string;
  readonly address: string;
  readonly oneSession: boolean;
  readonly bytesPerTurn: number;
  readonly nowMs: () => number;
  readonly trace: (line: string) => void;
  /** A document came out whole. */
  readonly onPrinted: (jobNumber: number, sizeBytes: number) => void;
  /** It had acknowledged all of a document, and lost it with its power: nobody can tell. */
  readonly onLost: (jobNumber: number) => void;
  /** The same, where another connection from the same address and port took the session over. */
  readonly onDisplaced: (jobNumber: number) => void;
  /** Bytes that don't belong where they came. */
  readonly onGarbled: (jobNumber: number | undefined) => void;
}

/** A session that brings nothing is given up after this. */
const idleMs = 45_000;

export function createPrinter(options: PrinterOptions): Printer {
  const sessions = new Set<PrinterSession>();
  const printer: Printer = {
    id: options.id,
    address: options.address,
    on: true,
    oneSession: options.oneSession,
    bytesPerTurn: options.bytesPerTurn,
    open(from) {
      // A SYN of the same address and port resets the dead session it belonged to.
      for (const session of sessions) {
        const idle = options.nowMs() > session.usedAtMs + idleMs;
        if (session.from !== from && !idle) continue;
        sessions.delete(session);
        const { number, whole } = session.document;
        if (!idle && whole && number !== undefined) options.onDisplaced(number);
      }
      if (options.oneSession && sessions.size > 0) return undefined;
      const session = { from, document: arriving(), usedAtMs: options.nowMs() };
      sessions.add(session);
      options.trace(`${options.id} opens ${from}`);
      return session;
    },
    isOpen: (session) => sessions.has(session),
    take(session, bytes) {
      const { document } = session;
      const before = document.garbled;
      document.take(bytes);
      session.usedAtMs = options.nowMs();
      if (document.garbled && !before) options.onGarbled(document.number);
    },
    finish(session) {
      sessions.delete(session);
      const { document } = session;
      if (document.whole && document.number !== undefined) {
        options.onPrinted(document.number, document.receivedBytes);
      }
    },
    reset(session) {
      options.trace(`${options.id} is reset by ${session.from}`);
      sessions.delete(session);
    },
    switchOff() {
      printer.on = false;
      for (const { document } of sessions) {
        const { number, whole } = document;
        if (whole && number !== undefined) options.onLost(number);
      }
      sessions.clear();
    },
  };
  return printer;
}
