// The LPD server (RFC 1179): one command a connection, answered as soon as it is certain.
import type { Clock, SocketAddress, Tcp, TcpConnection } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import {
  decodeLpdCommand,
  lpdAcknowledged,
  lpdRefused,
  type LpdCommand,
} from '../../../monitors/wire/lpd/commands.ts';
import { LpdDecodeError } from '../../../monitors/wire/lpd/errors.ts';
import { serverLimits, type LpdLimits } from '../../limits/server-limits.ts';
import type { Printer } from '../../printers/printer.ts';
import type { Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import { createAdmission } from '../admission.ts';
import { createConnectionServer } from '../connections.ts';
import type { Server, ServerLog } from '../contract.ts';
import { queueState, removeJobs } from './commands.ts';
import { createLpdReader, type LpdReader } from './reader.ts';
import { receiveLpdJob } from './receive.ts';

export interface LpdServerOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** The local address of a connection says which spooler it means. */
  readonly directory: SpoolerDirectory;
  readonly listen: SocketAddress;
  readonly limits?: Partial<LpdLimits>;
}

/**
 * A job that was acknowledged is durable; anything else is answered with a negative octet, and the
 * connection ends. What did not come whole is not printed.
 */
export function createLpdServer(options: LpdServerOptions): Server {
  const { tcp, listen, log } = options;
  const limits = { ...serverLimits.lpd, ...options.limits };
  const conversation = new LpdConversation(options, limits);
  return createConnectionServer({
    tcp,
    listen,
    backlog: limits.backlog,
    admission: createAdmission(limits),
    serve: (connection, speaks) => conversation.serve(connection, speaks),
    failed(from, error) {
      if (!isHalError(error)) log.error('an LPD connection failed', { from, error });
    },
  });
}

class LpdConversation {
  readonly #options: LpdServerOptions;
  readonly #limits: LpdLimits;

  constructor(options: LpdServerOptions, limits: LpdLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  async serve(connection: TcpConnection, speaks: () => void): Promise<void> {
    const reader = createLpdReader(connection, this.#options.clock, this.#limits.idleTimeoutMs);
    try {
      const line = await reader.line();
      speaks();
      if (line === undefined) return await connection.close();
      await this.#carryOut(connection, reader, decodeLpdCommand(line));
    } catch (error) {
      if (!(error instanceof LpdDecodeError)) throw error;
      this.#refused(connection, error.message);
      await connection.write(Uint8Array.of(lpdRefused));
    }
    await this.#leave(connection, reader);
  }

  async #carryOut(
    connection: TcpConnection,
    reader: LpdReader,
    command: LpdCommand,
  ): Promise<void> {
    const { address } = connection.remote;
    const spooler = this.#options.directory.byAddress(connection.local.address);
    const printer = await spooler.printers.find(command.queue);
    const answer = (octet: number) => connection.write(Uint8Array.of(octet));
    if (printer === undefined) {
      this.#refused(connection, `there is no queue ${command.queue}`);
      return await answer(lpdRefused);
    }
    switch (command.kind) {
      case 'print-waiting-jobs':
        return await answer(lpdAcknowledged);
      case 'receive-job':
        return await this.#receive(connection, reader, spooler, printer);
      case 'short-queue-state':
      case 'long-queue-state':
        return await say(connection, await queueState(spooler, printer, command));
      case 'remove-jobs':
        return await say(connection, await removeJobs(spooler, printer, command, address));
    }
  }

  async #receive(
    connection: TcpConnection,
    reader: LpdReader,
    spooler: Spooler,
    printer: Printer,
  ): Promise<void> {
    const answer = (octet: number) => connection.write(Uint8Array.of(octet));
    if (!printer.accepting) {
      this.#refused(connection, `${printer.name} takes no jobs at present`);
      return await answer(lpdRefused);
    }
    await answer(lpdAcknowledged);
    const { address } = connection.remote;
    const refusal = await receiveLpdJob({ spooler, printer, address, reader, answer });
    if (refusal !== undefined) this.#refused(connection, refusal.message);
  }

  #refused({ remote }: TcpConnection, why: string): void {
    this.#options.log.warn('an LPD request was refused', { from: remote.address, why });
  }

  /**
   * What the client still sends would turn the close into a reset, and lose the answer: it is read
   * and dropped, for a while.
   */
  async #leave(connection: TcpConnection, reader: LpdReader): Promise<void> {
    await connection.endWrite();
    let droppedBytes = 0;
    for await (const chunk of reader.document(undefined)) {
      droppedBytes += chunk.length;
      if (droppedBytes > this.#limits.lingerBytes) return connection.reset();
    }
    await connection.close();
  }
}

async function say(connection: TcpConnection, words: string): Promise<void> {
  if (words !== '') await connection.write(Buffer.from(words));
}
