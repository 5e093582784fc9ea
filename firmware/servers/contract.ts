// What every server of the appliance is to its composition root: something that starts, stops and
// tells where it listens.
//
// Life cycle: a factory makes it without side effects; `start` listens; `stop` ends within its
// deadline.
import type { SocketAddress } from '../../hal/contract.ts';

export interface Server {
  /** Listens. Rejects with a HalError where an address can not be had; then nothing listens. */
  start(): Promise<void>;
  /**
   * Takes no new connection and lets running requests end; those that run at the deadline are cut
   * off, and what they were uploading is no job. Never rejects.
   */
  stop(deadline: AbortSignal): Promise<void>;
  /**
   * Where it listens now, with the ports that were given. Empty before `start` and after `stop`.
   */
  addresses(): readonly SocketAddress[];
}

/** What servers need of the log; firmware/log fits. */
export interface ServerLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}
