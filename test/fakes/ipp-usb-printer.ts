// A USB printer with IPP channels in memory: each leads to an IPP printer that listens on TCP.
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  UsbDeviceInfo,
  UsbHost,
  UsbInterface,
  UsbInterfaceInfo,
} from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';

export interface FakeIppUsbOptions {
  readonly clock: Clock;
  readonly tcp: Tcp;
  /** The IPP printer behind the channels. */
  readonly printer: SocketAddress;
  readonly channels?: number;
}

const path = '1-3';
/** Of answers that nobody has read: one that never ends stays with the printer. */
const saidParts = 16;

/** Answers lie in a channel until they are read, whoever reads. */
class Channel {
  connection: TcpConnection | undefined;
  isOpen = false;
  readonly said: Uint8Array[] = [];
}

export class FakeIppUsbHost implements UsbHost {
  readonly #options: FakeIppUsbOptions;
  readonly #channels: Channel[];
  #address = 7;
  #isPlugged = true;
  #generation = 0;
  #change = Promise.withResolvers<void>();
  /** Resolves when channels that are open become invalid. */
  #broken = Promise.withResolvers<void>();

  constructor(options: FakeIppUsbOptions) {
    this.#options = options;
    this.#channels = Array.from({ length: options.channels ?? 3 }, () => new Channel());
  }

  get openChannels(): number {
    return this.#channels.filter(({ isOpen }) => isOpen).length;
  }

  plug(): void {
    if (!this.#isPlugged) this.#address += 1;
    this.#isPlugged = true;
  }

  unplug(): void {
    this.#isPlugged = false;
    this.#breakAll();
  }

  async list(): Promise<readonly UsbDeviceInfo[]> {
    if (!this.#isPlugged) return [];
    const device = {
      path,
      bus: 1,
      address: this.#address,
      vendorId: 0x1209,
      productId: 0xf022,
      manufacturer: 'ZFake',
      product: 'Driverless 7',
      serialNumber: 'IPP0001',
      ieee1284Id: undefined,
      interfaces: this.#channels.map((_channel, number) => interfaceInfo(number)),
    };
    return [device];
  }

  async open(
    device: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
    info: UsbInterfaceInfo,
  ): Promise<UsbInterface> {
    const channel = this.#channels[info.number];
    const isThis = device.path === path && device.address === this.#address;
    if (!this.#isPlugged || !isThis || channel === undefined) throw gone();
    if (channel.isOpen) throw new HalError('busy', path);
    channel.isOpen = true;
    const generation = this.#generation;
    let isOpen = true;
    const check = () => {
      if (!this.#isPlugged) throw gone();
      if (!isOpen) throw new HalError('closed', path);
      if (this.#generation !== generation) throw new HalError('timed-out', path);
    };
    return {
      info,
      controlIn: async () => {
        throw new HalError('stalled', path);
      },
      controlOut: async () => {
        throw new HalError('stalled', path);
      },
      transferOut: (_endpoint, bytes, timeoutMs) => this.#out(channel, bytes, timeoutMs, check),
      transferIn: (_endpoint, maxBytes, timeoutMs) => this.#in(channel, maxBytes, timeoutMs, check),
      clearHalt: async () => check(),
      resetPort: async () => {
        check();
        this.#breakAll();
      },
      close: async () => {
        if (this.#generation === generation && isOpen) channel.isOpen = false;
        isOpen = false;
        this.#changed();
      },
    };
  }

  async #out(channel: Channel, bytes: Uint8Array, timeoutMs: number, check: () => void) {
    using deadline = startDeadline(this.#options.clock, timeoutMs);
    check();
    channel.connection ??= await this.#connect(channel, deadline.signal);
    const work = channel.connection.write(bytes, deadline.signal);
    // Heard below, or not at all: the connection breaks with the channel.
    work.catch(() => {});
    try {
      await Promise.race([work, this.#broken.promise]);
    } finally {
      check();
    }
    return bytes.length;
  }

  async #in(channel: Channel, maxBytes: number, timeoutMs: number, check: () => void) {
    using deadline = startDeadline(this.#options.clock, timeoutMs);
    for (;;) {
      check();
      const part = channel.said.shift();
      if (part !== undefined) {
        if (part.length > maxBytes) channel.said.unshift(part.subarray(maxBytes));
        this.#changed();
        return part.subarray(0, maxBytes);
      }
      try {
        await abortable(this.#change.promise, deadline.signal);
      } catch {
        // Only the time can end so.
        check();
        return undefined;
      }
    }
  }

  async #connect(channel: Channel, signal: AbortSignal): Promise<TcpConnection> {
    const { tcp, printer } = this.#options;
    const { address: host, port } = printer;
    const connection = await tcp.connect({ host, port, timeoutMs: 10_000, signal });
    void this.#listen(channel, connection);
    return connection;
  }

  /** USB has no end of a connection: the next request simply finds another one. */
  async #listen(channel: Channel, connection: TcpConnection): Promise<void> {
    try {
      for (;;) {
        const part = await connection.read();
        if (part === undefined) break;
        channel.said.push(part);
        this.#changed();
        while (channel.said.length >= saidParts) await this.#change.promise;
      }
      if (channel.connection === connection) channel.connection = undefined;
      await connection.close();
    } catch {
      // A printer that breaks off a connection falls off the bus.
      if (channel.connection === connection) this.unplug();
    }
  }

  #breakAll(): void {
    this.#generation += 1;
    this.#broken.resolve();
    this.#broken = Promise.withResolvers<void>();
    for (const channel of this.#channels) {
      const { connection } = channel;
      channel.connection = undefined;
      channel.isOpen = false;
      channel.said.length = 0;
      connection?.reset();
    }
    this.#changed();
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

function interfaceInfo(number: number): UsbInterfaceInfo {
  return {
    number,
    alternate: 0,
    classCode: 7,
    subclass: 1,
    protocol: 4,
    endpoints: [
      { address: 0x01 + number, type: 'bulk', maxPacketBytes: 512 },
      { address: 0x81 + number, type: 'bulk', maxPacketBytes: 512 },
    ],
  };
}

function gone(): HalError {
  return new HalError('device-gone', path);
}
