// UDP in memory: hosts on one segment, whose multicast reaches all, and a record of what was said.
import type {
  NetworkInterface,
  SocketAddress,
  Udp,
  UdpOpenOptions,
  UdpSocket,
} from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';

export interface SaidDatagram {
  readonly from: string;
  readonly to: SocketAddress;
  readonly bytes: Uint8Array;
}

interface Bound {
  readonly host: FakeHost;
  readonly options: UdpOpenOptions;
}

/** Everything on it hears everything that is sent to a group, the sender included. */
export class FakeSegment {
  readonly said: SaidDatagram[] = [];
  readonly #bound = new Set<Bound>();

  join(interfaces: readonly NetworkInterface[]): FakeHost {
    return new FakeHost(this, interfaces);
  }

  /** As if somebody at `from` had sent it. */
  say(from: SocketAddress, to: SocketAddress, bytes: Uint8Array): void {
    this.said.push({ from: from.address, to, bytes });
    const group = to.address.split('%', 1)[0];
    for (const { host, options } of this.#bound) {
      const isFor = options.address === group && options.port === to.port;
      if (isFor && host.plugged) options.onDatagram(bytes.slice(), from);
    }
  }

  bind(bound: Bound): () => void {
    this.#bound.add(bound);
    return () => void this.#bound.delete(bound);
  }
}

export class FakeHost implements Udp {
  readonly #segment: FakeSegment;
  #interfaces: readonly NetworkInterface[];
  /** False: its cable is out. */
  plugged = true;

  constructor(segment: FakeSegment, interfaces: readonly NetworkInterface[]) {
    this.#segment = segment;
    this.#interfaces = interfaces;
  }

  interfaces(): readonly NetworkInterface[] {
    return this.#interfaces;
  }

  setInterfaces(interfaces: readonly NetworkInterface[]): void {
    this.#interfaces = interfaces;
  }

  open(options: UdpOpenOptions): Promise<UdpSocket> {
    const { multicast, port } = options;
    const address = multicast?.interfaceAddress ?? options.address;
    const own = this.#interfaces.flatMap((each) => each.addresses);
    if (!own.some((each) => each.address === address)) {
      return Promise.reject(new HalError('address-not-available', address));
    }
    const unbind = this.#segment.bind({ host: this, options });
    return Promise.resolve({
      local: { address: options.address, port },
      send: (bytes, to) => {
        if (!this.plugged) return Promise.reject(new HalError('host-unreachable', to.address));
        this.#segment.say({ address, port }, to, bytes);
        return Promise.resolve();
      },
      close: () => Promise.resolve(unbind()),
    });
  }
}

export function ethernet(...addresses: readonly string[]): NetworkInterface {
  return {
    name: 'eth0',
    loopback: false,
    addresses: addresses.map((address) => ({
      address,
      prefixBits: address.includes(':') ? 64 : 24,
    })),
  };
}
