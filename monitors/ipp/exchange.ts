// One HTTP request with its answer over one connection of the monitor's (RFC 8010 4).
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { parseIpAddress } from '../../hal/address.ts';
import type { Clock, TcpConnection } from '../../hal/contract.ts';
import { HalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { MonitorDevices } from '../contract.ts';
import { IppClientError } from './client-error.ts';
import type { IppTarget } from './target.ts';
import { duplexOf } from './tcp-duplex.ts';

export interface ExchangeOptions {
  readonly devices: MonitorDevices;
  readonly clock: Clock;
  readonly target: IppTarget;
  readonly connectTimeoutMs: number;
  /** Undefined: the body is sent in chunks. */
  readonly contentLength: number | undefined;
  readonly authorization: string | undefined;
  /** Asked with the certificate's SHA-256 before a byte is sent; throws to refuse it. */
  readonly checkCertificate: (sha256: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** An exchange that was begun. Write the body, end it, read the answer; or abort. */
export interface Exchange {
  readonly localPort: number;
  /** Resolves once the kernel has the bytes; rejects with HalError. One at a time. */
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
  /** Rejects with HalError, or IppClientError where it is no HTTP. */
  readonly answer: Promise<IncomingMessage>;
  /** Resets the connection. */
  abort(): void;
  /** Closes it in order. */
  close(): void;
}

/** Rejects with HalError or IppClientError; nothing was sent then. */
export async function openExchange(options: ExchangeOptions): Promise<Exchange> {
  const { target, devices, connectTimeoutMs, signal } = options;
  const { host, port } = target;
  const connection = await devices.connectTcp({ host, port, timeoutMs: connectTimeoutMs, signal });
  let isComplete = false;
  const onComplete = () => {
    isComplete = true;
  };
  try {
    const plain = duplexOf(connection, () => isComplete);
    // The request tells what broke; what breaks after its answer is nobody's concern.
    plain.on('error', () => {});
    const stream = target.tls ? await secured(plain, options) : plain;
    return startRequest(stream, connection, options, onComplete);
  } catch (error) {
    connection.reset();
    throw error;
  }
}

async function secured(plain: Duplex, options: ExchangeOptions): Promise<TLSSocket> {
  const { target, clock, connectTimeoutMs, signal } = options;
  const isAddress = parseIpAddress(target.host) !== undefined;
  const socket = connectTls({
    socket: plain,
    // Printers sign their own certificates: which one is right is checked by its fingerprint.
    rejectUnauthorized: false,
    ...(isAddress ? {} : { servername: target.host }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('secureConnect', resolve);
  // Stays attached: what breaks later is told by the request.
  socket.on('error', reject);
  plain.on('error', reject);
  using deadline = startDeadline(clock, connectTimeoutMs, signal);
  try {
    await abortable(promise, deadline.signal);
  } catch (error) {
    socket.destroy();
    if (deadline.expired) throw new HalError('timed-out', `TLS of ${target.host}`);
    const failure = toHalError(error, `TLS of ${target.host}`);
    if (failure.code !== 'other') throw failure;
    throw new IppClientError('tls', failure.message, { cause: error });
  }
  const sha256 = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase();
  if (sha256 === undefined) throw new IppClientError('tls', `${target.host} has no certificate`);
  await options.checkCertificate(sha256);
  return socket;
}

function startRequest(
  stream: Duplex,
  connection: TcpConnection,
  { target, contentLength, authorization }: ExchangeOptions,
  onComplete: () => void,
): Exchange {
  const subject = `${target.host}:${target.port}`;
  const outgoing = request({
    method: 'POST',
    path: target.path,
    host: target.host,
    port: target.port,
    createConnection: () => stream,
    headers: {
      'content-type': 'application/ipp',
      ...(contentLength === undefined
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': contentLength }),
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  const { promise: answer, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.once('response', (incoming) => {
    incoming.once('end', onComplete);
    resolve(incoming);
  });
  let failure: Error | undefined;
  outgoing.on('error', (error) => {
    failure ??= translated(error, subject);
    reject(failure);
  });
  outgoing.on('close', () => reject(new HalError('connection-reset', subject)));
  // Whoever waits for the answer sees it; a discarded document waits for none.
  answer.catch(() => {});
  return {
    localPort: connection.local.port,
    write: (bytes) => write(outgoing, bytes, () => failure ?? new HalError('closed', subject)),
    end: () => void outgoing.end(),
    answer,
    abort() {
      connection.reset();
      outgoing.destroy();
    },
    close() {
      stream.destroy();
    },
  };
}

function write(outgoing: ClientRequest, bytes: Uint8Array, failure: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    if (outgoing.destroyed) return reject(failure());
    // The callback does not come where the stream is destroyed first.
    const onClose = () => reject(failure());
    outgoing.once('close', onClose);
    outgoing.write(bytes, (error) => {
      outgoing.off('close', onClose);
      if (error) reject(failure());
      else resolve();
    });
  });
}

function translated(error: Error, subject: string): Error {
  const code = 'code' in error ? String(error.code) : '';
  if (!code.startsWith('HPE_')) return toHalError(error, subject);
  return new IppClientError('not-ipp', `${subject} does not speak HTTP (${code})`);
}
