// One node:net socket as a TcpConnection: bounded reading ahead, writes that end when the kernel
// has the bytes.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { canonicalAddress } from '../address.ts';
import type { SocketAddress, TcpConnection } from '../contract.ts';
import { HalError, toHalError } from '../errors.ts';
import { abortable } from '../time.ts';
import { tcpLimits } from './limits.ts';
import type { UnacknowledgedOf } from './tcp-queue.ts';

export interface SocketEnds {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

/** Undefined once the connection is gone: Node forgets its addresses then. */
export function endsOf(socket: Socket): SocketEnds | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return {
    local: { address: canonicalAddress(localAddress), port: localPort },
    remote: { address: canonicalAddress(remoteAddress), port: remotePort },
  };
}

export function createTcpConnection(
  socket: Socket,
  ends: SocketEnds,
  unacknowledgedOf: UnacknowledgedOf,
): TcpConnection {
  return new LinuxTcpConnection(socket, ends, unacknowledgedOf);
}

class LinuxTcpConnection implements TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly #socket: Socket;
  readonly #unacknowledgedOf: UnacknowledgedOf;
  readonly #subject: string;
  readonly #gone: Promise<void>;
  #failure: HalError | undefined;
  #peerEnded = false;
  #takenBytes = 0;
  #underWay: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #reading = false;
  #wakeReader: () => void = () => {};

  constructor(socket: Socket, ends: SocketEnds, unacknowledgedOf: UnacknowledgedOf) {
    this.#socket = socket;
    this.#unacknowledgedOf = unacknowledgedOf;
    this.local = ends.local;
    this.remote = ends.remote;
    this.#subject = `${this.remote.address}:${this.remote.port}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gone = promise;
    socket.on('error', (error) => this.#fail(toHalError(error, this.#subject)));
    socket.on('readable', () => this.#wakeReader());
    socket.on('end', () => {
      this.#peerEnded = true;
      this.#wakeReader();
    });
    socket.on('close', () => {
      this.#fail(new HalError('closed', this.#subject));
      resolve();
    });
  }

  get takenBytes() {
    return this.#takenBytes;
  }

  unacknowledgedBytes(): number | undefined {
    if (this.#failure !== undefined) return undefined;
    const queued = this.#unacknowledgedOf(this.#socket);
    // FIN has a place of its own in the numbers, behind the last byte.
    return queued === undefined || !this.#socket.writableFinished
      ? queued
      : Math.max(0, queued - 1);
  }

  write(chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#underWay !== undefined) throw new Error('one write at a time: use settled() first');
    if (this.#ending !== undefined) return Promise.reject(new HalError('closed', this.#subject));
    // A failed write stays: settled() rejects as it did, and the connection is of no further use.
    const work = this.#writePieces(chunk).then(() => this.#forgetWrite());
    work.catch(() => {});
    this.#underWay = work;
    return abortable(work, signal);
  }

  handOver(bytes: Uint8Array, before: () => void): number {
    const fd = this.#descriptor();
    before();
    if (fd === undefined) return 0;
    try {
      const written = writeSync(fd, bytes, 0, Math.min(bytes.length, tcpLimits.writePieceBytes));
      this.#takenBytes += written;
      return written;
    } catch {
      // A full buffer, or a connection that broke: the write that follows waits, or says so.
      return 0;
    }
  }

  /** Of the socket, while nothing waits in it; Node does not name it otherwise. */
  #descriptor(): number | undefined {
    const isQuiet = this.#underWay === undefined && this.#socket.writableLength === 0;
    if (!isQuiet || this.#failure !== undefined || this.#ending !== undefined) return undefined;
    const handle: unknown = Reflect.get(this.#socket, '_handle');
    const fd: unknown =
      typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
    return typeof fd === 'number' && fd >= 0 ? fd : undefined;
  }

  settled(signal?: AbortSignal): Promise<void> {
    return abortable(this.#underWay ?? Promise.resolve(), signal);
  }

  async read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    if (this.#reading) throw new Error('one read at a time');
    this.#reading = true;
    try {
      return await this.#readNext(signal);
    } finally {
      this.#reading = false;
      this.#wakeReader = () => {};
    }
  }

  endWrite(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  reset(): void {
    this.#fail(new HalError('closed', this.#subject, { detail: 'reset by us' }));
    // libuv refuses to reset a handle whose FIN is being handed over, which takes one turn of its
    // loop.
    if (this.#socket.writableEnded && !this.#socket.writableFinished && !this.#socket.destroyed) {
      this.#socket.once('finish', () => this.#socket.resetAndDestroy());
    } else {
      this.#socket.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    try {
      await this.endWrite();
    } catch {
      // The connection is broken already; what is left is to free its handle.
    }
    this.#socket.destroy();
    await this.#gone;
  }

  async #writePieces(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += tcpLimits.writePieceBytes) {
      const piece = chunk.subarray(at, at + tcpLimits.writePieceBytes);
      await this.#handToKernel(piece);
      this.#takenBytes += piece.length;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #forgetWrite(): void {
    this.#underWay = undefined;
  }

  #handToKernel(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#socket.write(piece, (error) => {
        if (error) reject(this.#failure ?? toHalError(error, this.#subject));
        else resolve();
      });
    });
  }

  async #readNext(signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    for (;;) {
      if (signal?.aborted) throw new HalError('aborted', this.#subject);
      const wake = Promise.withResolvers<void>();
      this.#wakeReader = wake.resolve;
      const chunk: unknown = this.#socket.read();
      if (chunk instanceof Uint8Array) return chunk;
      if (this.#peerEnded) return undefined;
      if (this.#failure !== undefined) throw this.#failure;
      await abortable(wake.promise, signal);
    }
  }

  async #end(): Promise<void> {
    await this.settled();
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      // Called with an error where the socket is destroyed before the FIN was handed over.
      this.#socket.end((error?: Error | null) => {
        if (error) reject(this.#failure ?? toHalError(error, this.#subject));
        else resolve();
      });
    });
  }

  #fail(failure: HalError): void {
    this.#failure ??= failure;
    this.#wakeReader();
  }
}
