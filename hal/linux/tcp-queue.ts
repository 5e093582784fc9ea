// What the kernel still holds of a connection, by a call to libc: Node does not tell.
import type { Socket } from 'node:net';
import koffi from 'koffi';

/** Of linux/sockios.h: what was written and not acknowledged, FIN counted as a byte (tcp(7)). */
const SIOCOUTQ = 0x5411;

type Ioctl = (descriptor: number, request: number, value: Int32Array) => number;

let ioctl: Ioctl | undefined;

/** Undefined for a socket that has no descriptor (any more). */
export function unacknowledgedOf(socket: Socket): number | undefined {
  // Node has no other name for it; where that changes, nothing is told.
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const descriptor: unknown = Reflect.get(handle, 'fd');
  if (typeof descriptor !== 'number' || descriptor < 0) return undefined;
  ioctl ??= koffi.load('libc.so.6').func('int ioctl(int, unsigned long, void*)');
  const value = new Int32Array(1);
  return ioctl(descriptor, SIOCOUTQ, value) === 0 ? value[0] : undefined;
}
