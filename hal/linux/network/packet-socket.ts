// A packet socket (packet(7)) by calls to libc: Node has no raw sockets.
import { HalError } from '../../errors.ts';
import { type LibcCall, loadLibc } from '../libc.ts';

/** Frames of one ethernet type on one interface; never waits. */
export interface PacketSocket {
  /** A frame that the kernel does not take is lost, as it might be on the wire. */
  send(frame: Uint8Array): void;
  /** The next frame, or undefined where none waits. */
  receive(): Uint8Array | undefined;
  close(): void;
}

/** Of linux/if_packet.h, bits/socket.h and asm-generic/fcntl.h. */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
/** EPERM and EACCES: no NET_RAW. */
const notPermitted = new Set([1, 13]);

const sockaddrOctets = 20;
const frameOctets = 1_514;

interface Calls {
  readonly socket: LibcCall;
  readonly bind: LibcCall;
  readonly send: LibcCall;
  readonly recv: LibcCall;
  readonly close: LibcCall;
  readonly errno: () => number;
}

export function openPacketSocket(interfaceIndex: number, etherType: number): PacketSocket {
  const libc = loadCalls();
  const protocol = swapped(etherType);
  const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) throw failure('a packet socket', libc.errno());
  const address = new DataView(new ArrayBuffer(sockaddrOctets));
  address.setUint16(0, AF_PACKET, true);
  address.setUint16(2, etherType);
  address.setInt32(4, interfaceIndex, true);
  if (libc.bind(fd, new Uint8Array(address.buffer), sockaddrOctets) < 0) {
    const error = failure(`interface ${interfaceIndex}`, libc.errno());
    libc.close(fd);
    throw error;
  }
  const frame = new Uint8Array(frameOctets);
  return {
    send: (bytes) => void libc.send(fd, bytes, bytes.length, MSG_DONTWAIT),
    receive() {
      const octets = libc.recv(fd, frame, frame.length, MSG_DONTWAIT);
      return octets > 0 ? frame.slice(0, octets) : undefined;
    },
    close: () => void libc.close(fd),
  };
}

/**
 * Rejects where the addon does not fit this machine; whoever opens a socket needs no call of it.
 */
export async function loadPacketLibrary(): Promise<void> {
  loadCalls();
}

function failure(subject: string, errno: number): HalError {
  const code = notPermitted.has(errno) ? 'permission-denied' : 'other';
  return new HalError(code, subject, { detail: `errno ${errno}` });
}

function loadCalls(): Calls {
  const libc = loadLibc();
  return {
    socket: libc.call('int socket(int, int, int)'),
    bind: libc.call('int bind(int, const void*, uint32_t)'),
    send: libc.call('int64_t send(int, const void*, size_t, int)'),
    recv: libc.call('int64_t recv(int, void*, size_t, int)'),
    close: libc.call('int close(int)'),
    errno: () => libc.errno(),
  };
}

/** htons: protocol numbers of packet sockets are in network order. */
function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
