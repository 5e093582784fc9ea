// One socket a link, opened and closed as interfaces come and go.
import type {
  Clock,
  NetworkInterface,
  SocketAddress,
  Timer,
  Udp,
  UdpSocket,
} from '../../hal/contract.ts';
import { toHalError } from '../../hal/errors.ts';
import { discoveryLimits as limits } from '../limits/discovery-limits.ts';
import { familyOf, linksOf, mdnsGroups, mdnsHops, mdnsPort } from './links.ts';
import type { Link } from './responder/state.ts';

export interface LinkSocketsOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly log: { warn(message: string, facts?: Readonly<Record<string, unknown>>): void };
  /** Not called with what we sent ourselves. */
  readonly onDatagram: (link: Link, bytes: Uint8Array, from: SocketAddress) => void;
  /** The links that can be used changed, or their addresses did. */
  readonly onChange: (interfaces: readonly NetworkInterface[], links: readonly Link[]) => void;
}

export interface LinkSockets {
  /** Resolves once the links of now are open, or could not be. */
  start(): Promise<void>;
  /** Looks at the interfaces now instead of in some seconds. */
  lookAgain(): void;
  send(link: Link, bytes: Uint8Array, to: SocketAddress): void;
  /** What was sent before still leaves. */
  stop(): Promise<void>;
}

export function createLinkSockets(options: LinkSocketsOptions): LinkSockets {
  return new Sockets(options);
}

interface Open {
  readonly link: Link;
  readonly socket: UdpSocket;
}

class Sockets implements LinkSockets {
  readonly #options: LinkSocketsOptions;
  /** By link and the address that it sends from: another address needs another socket. */
  readonly #open = new Map<string, Open>();
  readonly #troubled = new Set<string>();
  readonly #sending = new Set<Promise<void>>();
  /** What was sent last: the kernel gives it back to us. */
  #echoes: readonly string[] = [];
  #heard = { secondMs: 0, datagrams: 0 };
  #told = '';
  #running = false;
  #looking: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(options: LinkSocketsOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#running = true;
    this.lookAgain();
    return this.#looking;
  }

  lookAgain(): void {
    if (!this.#running) return;
    this.#timer?.cancel();
    this.#looking = this.#looking.then(() => this.#look());
  }

  send(link: Link, bytes: Uint8Array, to: SocketAddress): void {
    const socket = this.#open.get(socketKey(link))?.socket;
    if (socket === undefined) return;
    this.#echoes = [...this.#echoes, digest(bytes)].slice(-limits.echoes);
    const sending = socket
      .send(bytes, to)
      .then(() => void this.#troubled.delete(link.id))
      .catch((error: unknown) => this.#report(link, error))
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    await this.#looking;
    await Promise.all(this.#sending);
    const sockets = [...this.#open.values()].map(({ socket }) => socket);
    this.#open.clear();
    await Promise.all(sockets.map((socket) => socket.close()));
  }

  async #look(): Promise<void> {
    if (!this.#running) return;
    const interfaces = this.#options.udp.interfaces();
    const links = linksOf(interfaces);
    const wanted = new Map(links.map((link) => [socketKey(link), link]));
    for (const [key, { socket }] of this.#open) {
      if (wanted.has(key)) continue;
      this.#open.delete(key);
      await socket.close();
    }
    for (const [key, link] of wanted) {
      const open = this.#open.get(key);
      if (open === undefined) await this.#openLink(key, link);
      else this.#open.set(key, { ...open, link });
    }
    const usable = links.filter((link) => this.#open.has(socketKey(link)));
    const told = JSON.stringify([interfaces, usable]);
    if (told !== this.#told) this.#options.onChange(interfaces, usable);
    this.#told = told;
    this.#timer?.cancel();
    const again = () => this.lookAgain();
    this.#timer = this.#options.clock.startTimer(limits.interfacesEveryMs, again);
  }

  async #openLink(key: string, link: Link): Promise<void> {
    const { udp } = this.#options;
    try {
      const socket = await udp.open({
        address: mdnsGroups[link.family],
        port: mdnsPort,
        multicast: {
          interfaceName: link.interfaceName,
          interfaceAddress: senderOf(link),
          hops: mdnsHops,
        },
        onDatagram: (bytes, from) => this.#hear(key, bytes, from),
        onFault: (error) => {
          this.#open.delete(key);
          this.#report(link, error);
        },
      });
      this.#open.set(key, { link, socket });
      this.#troubled.delete(link.id);
    } catch (error) {
      this.#report(link, error);
    }
  }

  #hear(key: string, bytes: Uint8Array, from: SocketAddress): void {
    const link = this.#open.get(key)?.link;
    if (link === undefined || !this.#hasTime() || this.#isEcho(bytes, from)) return;
    this.#options.onDatagram(link, bytes, from);
  }

  /** Another program of this machine may say something else from the same address. */
  #isEcho(bytes: Uint8Array, { address }: SocketAddress): boolean {
    const source = address.split('%', 1)[0] ?? address;
    const isOwn = [...this.#open.values()].some(({ link }) => link.addresses.includes(source));
    return isOwn && this.#echoes.includes(digest(bytes));
  }

  /** A flood costs no more than this many packets a second. */
  #hasTime(): boolean {
    const secondMs = Math.floor(this.#options.clock.monotonicMs() / 1000);
    if (secondMs !== this.#heard.secondMs) this.#heard = { secondMs, datagrams: 0 };
    this.#heard.datagrams += 1;
    return this.#heard.datagrams <= limits.datagramsPerSecond;
  }

  /** Once a link, until it works again: a cable that is out would fill the log. */
  #report(link: Link, error: unknown): void {
    if (this.#troubled.has(link.id) || !this.#running) return;
    this.#troubled.add(link.id);
    const { message } = toHalError(error, link.id);
    this.#options.log.warn('discovery can not use a network', { link: link.id, error: message });
  }
}

function senderOf(link: Link): string {
  return link.addresses.find((address) => familyOf(address) === link.family) ?? '';
}

function socketKey(link: Link): string {
  return `${link.id} ${senderOf(link)}`;
}

function digest(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
