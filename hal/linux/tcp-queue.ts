// What the kernel still holds of a connection, by a call to libc: Node does not tell.
import type { Socket } from 'node:net';
import { type LibcCall, loadLibc } from './libc.ts';

/** Of linux/sockios.h: what was written and not acknowledged, FIN counted as a byte (tcp(7)). */
const SIOCOUTQ = 0x5411;

/** Undefined for a socket that has no descriptor (any more). */
export type UnacknowledgedOf = (socket: Socket) => number | undefined;

/** Loads the addon with the first question. */
export function createTcpQueue(): UnacknowledgedOf {
  let ioctl: LibcCall | undefined;
  return (socket) => {
    const descriptor = descriptorOf(socket);
    if (descriptor === undefined) return undefined;
    ioctl ??= loadLibc().call('int ioctl(int, unsigned long, void*)');
    const value = new Uint8Array(4);
    if (ioctl(descriptor, SIOCOUTQ, value) !== 0) return undefined;
    return new DataView(value.buffer).getInt32(0, true);
  };
}

/** Node has no other name for it; where that changes, nothing is told. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const descriptor: unknown = Reflect.get(handle, 'fd');
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
}
