// Network printers: some serve one session only, and keep a dead one until the same address and
// port comes back.
import type { Cargo } from './kernel.ts';

export interface PrinterSession {
  readonly from: string;
  received: number;
  usedAtMs: number;
  readonly jobId: { value: string | undefined };
}

export interface Printer {
  readonly id: string;
  readonly name: string;
  on: boolean;
  readonly oneSession: boolean;
  /** What it takes at each turn of a kernel. */
  readonly unitsPerTurn: number;
  /** Undefined: it serves another session. */
  open(from: string): PrinterSession | undefined;
  isOpen(session: PrinterSession): boolean;
  take(session: PrinterSession, cargo: Cargo, offset: number, units: number): void;
  finish(session: PrinterSession, cargo: Cargo, total: number): void;
  reset(session: PrinterSession): void;
}

export interface PrinterOptions {
  readonly id: string;
  readonly name: string;
  readonly oneSession: boolean;
  readonly unitsPerTurn: number;
  readonly nowMs: () => number;
  readonly trace: (line: string) => void;
  /** A document came out whole. */
  readonly onPrinted: (printer: Printer, cargo: Cargo, total: number) => void;
  /** Bytes that don't follow on what came before in this session. */
  readonly onGarbled: (printer: Printer, cargo: Cargo) => void;
}

/** A session that brings nothing is given up after this. */
const idleMs = 45_000;

export function createPrinter(options: PrinterOptions): Printer {
  const sessions = new Set<PrinterSession>();
  const printer: Printer = {
    id: options.id,
    name: options.name,
    on: true,
    oneSession: options.oneSession,
    unitsPerTurn: options.unitsPerTurn,
    open(from) {
      // A SYN of the same address and port resets the dead session it belonged to.
      for (const session of sessions) {
        const idle = options.nowMs() > session.usedAtMs + idleMs;
        if (session.from === from || idle) sessions.delete(session);
      }
      if (options.oneSession && sessions.size > 0) {
        options.trace(
          `${options.id} serves ${[...sessions].map((s) => s.from).join()}, not ${from}`,
        );
        return undefined;
      }
      const session: PrinterSession = {
        from,
        received: 0,
        usedAtMs: options.nowMs(),
        jobId: { value: undefined },
      };
      sessions.add(session);
      options.trace(`${options.id} opens ${from}`);
      return session;
    },
    isOpen: (session) => sessions.has(session),
    take(session, cargo, offset, units) {
      session.jobId.value ??= cargo.jobId;
      if (session.received !== offset || session.jobId.value !== cargo.jobId) {
        options.onGarbled(printer, cargo);
      }
      session.received += units;
      session.usedAtMs = options.nowMs();
    },
    finish(session, cargo, total) {
      sessions.delete(session);
      if (session.received === total) options.onPrinted(printer, cargo, total);
    },
    reset(session) {
      options.trace(`${options.id} is reset by ${session.from}`);
      sessions.delete(session);
    },
  };
  return printer;
}
