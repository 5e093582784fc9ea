// UDP through node:dgram, with multicast bound to one interface.
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../address.ts';
import type {
  InterfaceAddress,
  NetworkInterface,
  Udp,
  UdpOpenOptions,
  UdpSocket,
} from '../contract.ts';
import { HalError, isHalError, toHalError } from '../errors.ts';

export function createLinuxUdp(): Udp {
  return { interfaces: readInterfaces, open };
}

function readInterfaces(): readonly NetworkInterface[] {
  const notYet = tentativeAddresses();
  return Object.entries(networkInterfaces()).map(([name, entries = []]) => ({
    name,
    loopback: entries.some(({ internal }) => internal),
    addresses: entries
      .map(
        ({ address, cidr }): InterfaceAddress => ({
          address: canonicalAddress(address),
          prefixBits: Number(cidr?.split('/')[1] ?? (isIPv6(address) ? 128 : 32)),
        }),
      )
      .filter(({ address }) => !notYet.has(`${address} ${name}`)),
  }));
}

/** IFA_F_TENTATIVE and IFA_F_DADFAILED of linux/if_addr.h: nobody may send from these. */
const unusableFlags = 0x40 | 0x08;

/** IPv6 addresses that the kernel still checks for doubles, with their interface. */
function tentativeAddresses(): ReadonlySet<string> {
  const lines = readKernelTable('/proc/net/if_inet6').split('\n');
  // fe80000000000000… index prefix scope flags name
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const unusable = fields.filter(([, , , , flags = '0']) => Number(`0x${flags}`) & unusableFlags);
  return new Set(
    unusable.map(([hex = '', , , , , name]) => {
      const address = hex.replace(/.{4}(?=.)/g, '$&:');
      return `${canonicalAddress(address)} ${name}`;
    }),
  );
}

/** A machine without IPv6 has no such table. */
function readKernelTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isHalError(toHalError(error, path), 'not-found')) return '';
    throw toHalError(error, path);
  }
}

async function open(options: UdpOpenOptions): Promise<UdpSocket> {
  const { address, port, multicast, shared, onDatagram, onFault } = options;
  const subject = `${address}:${port}`;
  const family = isIPv6(address) ? 'udp6' : 'udp4';
  // Several programs listen to one multicast port; a port of our own is ours alone, unless other
  // sockets of ours have it too. An IPv6 socket hears no IPv4: that is another socket.
  const reuseAddr = multicast !== undefined || shared === true;
  const socket = createSocket({ type: family, reuseAddr, ipv6Only: family === 'udp6' });
  const gone = Promise.withResolvers<void>();
  socket.once('close', gone.resolve);
  try {
    await bind(socket, options);
    if (options.broadcast === true) socket.setBroadcast(true);
    if (multicast !== undefined) join(socket, address, multicast);
  } catch (error) {
    socket.close();
    throw toHalError(error, subject);
  }
  let closed = false;
  const close = () => {
    if (!closed) socket.close();
    closed = true;
    return gone.promise;
  };
  socket.removeAllListeners('error').on('error', (error) => {
    if (closed) return;
    void close();
    onFault(toHalError(error, subject));
  });
  socket.on('message', (bytes, from) => {
    if (closed) return;
    const source = { address: canonicalAddress(from.address), port: from.port };
    onDatagram(new Uint8Array(bytes), source);
  });
  return {
    local: { address: canonicalAddress(address), port: socket.address().port },
    send(bytes, to) {
      const target = `${to.address}:${to.port}`;
      if (closed) return Promise.reject(new HalError('closed', subject));
      return new Promise((resolve, reject) => {
        socket.send(bytes, to.port, to.address, (error) => {
          if (error) reject(toHalError(error, target));
          else resolve();
        });
      });
    },
    close,
  };
}

/** A link-local group is bound with its zone: the kernel then hears that interface only. */
function bind(socket: Socket, { address, port, multicast }: UdpOpenOptions): Promise<void> {
  const zoned =
    multicast !== undefined && isIPv6(address) ? `${address}%${multicast.interfaceName}` : address;
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: zoned, port, exclusive: true }, resolve);
  });
}

function join(
  socket: Socket,
  group: string,
  { interfaceName, interfaceAddress, hops }: NonNullable<UdpOpenOptions['multicast']>,
): void {
  const where = isIPv6(group) ? `::%${interfaceName}` : interfaceAddress;
  socket.addMembership(group, where);
  socket.setMulticastInterface(where);
  socket.setMulticastTTL(hops);
  socket.setMulticastLoopback(true);
}
