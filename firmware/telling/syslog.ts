// Sends the log to a syslog server: by UDP (RFC 5426), or by TCP and TLS with counted octets (RFC
// 6587 3.4.1, RFC 5425). It never holds the log up: what can't be sent is dropped, and counted.
import type { Duplex } from 'node:stream';
import type { Hal, Timer, UdpSocket } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';
import { openOutgoing, type Outgoing, outgoingOf } from './outgoing.ts';
import { syslogMessage, type SyslogOrigin } from './syslog-message.ts';

export interface SyslogOptions {
  readonly hal: Pick<Hal, 'clock' | 'udp' | 'addresses'>;
  /** `udp://HOST:PORT`, `tcp://…`, `tls://…`. */
  readonly server: string;
  readonly pin: string;
  readonly origin: SyslogOrigin;
}

export interface Syslog {
  write(line: string): void;
  stop(): Promise<void>;
}

const protocols = {
  'udp:': { port: 514, tls: false },
  'tcp:': { port: 601, tls: false },
  'tls:': { port: 6_514, tls: true },
} as const;

/** Connects when there is something to say. */
export function createSyslog(options: SyslogOptions): Syslog {
  const target = outgoingOf(options.server, options.pin, protocols);
  const send = options.server.startsWith('udp:')
    ? datagrams(options, target)
    : stream(options, target);
  return new Sender(options, send);
}

/** One way out: rejects where it does not work now. */
interface Way {
  send(message: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

class Sender implements Syslog {
  readonly #options: SyslogOptions;
  readonly #way: Way;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #working: Promise<void> | undefined;
  #retry: Timer | undefined;
  #backoffMs: number = limits.retryFirstMs;
  #stopped = false;

  constructor(options: SyslogOptions, way: Way) {
    this.#options = options;
    this.#way = way;
  }

  write(line: string): void {
    const message = syslogMessage(line, this.#options.origin);
    if (message === undefined || this.#stopped) return;
    if (this.#waitingBytes + message.length > limits.logWaitingCharacters) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    this.#begin();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    await this.#way.close();
    await this.#working;
  }

  #begin(): void {
    if (this.#retry !== undefined || this.#working !== undefined) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#way.send(next);
      } catch {
        this.#later();
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.length;
      this.#backoffMs = limits.retryFirstMs;
      this.#tellDropped();
    }
  }

  #later(): void {
    if (this.#stopped) return;
    this.#retry = this.#options.hal.clock.startTimer(this.#backoffMs, () => {
      this.#retry = undefined;
      this.#begin();
    });
    this.#backoffMs = Math.min(this.#backoffMs * 2, limits.retryLastMs);
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const time = new Date(this.#options.hal.clock.wall().ms).toISOString();
    const message = 'lines of the log were dropped: the syslog server did not take them';
    const entry = { level: 'warn', time, room: 'syslog', lines: this.#dropped, message };
    this.#dropped = 0;
    this.write(JSON.stringify(entry));
  }
}

function datagrams({ hal }: SyslogOptions, { host, port }: Outgoing): Way {
  let socket: UdpSocket | undefined;
  return {
    async send(message) {
      const [address] = await hal.addresses.resolve(host, new AbortController().signal);
      if (address === undefined) throw new Error(`${host} is not known`);
      const own = address.includes(':') ? '::' : '0.0.0.0';
      socket ??= await hal.udp.open({
        address: own,
        port: 0,
        onDatagram: () => undefined,
        onFault: () => undefined,
      });
      await socket.send(message, { address, port });
    },
    async close() {
      await socket?.close().catch((error: unknown) => {
        if (!isHalError(error)) throw error;
      });
    },
  };
}

function stream({ hal }: SyslogOptions, target: Outgoing): Way {
  let connection: Duplex | undefined;
  const stopping = new AbortController();
  const connected = async (): Promise<Duplex> => {
    if (connection !== undefined && !connection.destroyed) return connection;
    const opened = await openOutgoing(target, { clock: hal.clock, signal: stopping.signal });
    // It says nothing; reading shows its end.
    opened.resume();
    opened.once('close', () => {
      connection = undefined;
    });
    connection = opened;
    return opened;
  };
  return {
    async send(message) {
      const to = await connected();
      const counted = Buffer.concat([Buffer.from(`${message.length} `), message]);
      await new Promise<void>((resolve, reject) => {
        to.write(counted, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      });
    },
    async close() {
      stopping.abort();
      connection?.destroy();
    },
  };
}
