// Upgrade to TLS within a connection that began without (RFC 2817): as CUPS asks for it, with
// OPTIONS.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsGate } from '../tls/tls-gate.ts';

/**
 * Only OPTIONS without a body, which changes nothing: any other request with an Upgrade field is
 * answered as it is (RFC 2817 3.1).
 */
export function wantsTls(request: IncomingMessage): boolean {
  const { upgrade = '', connection = '', ...others } = request.headers;
  const { 'content-length': length = '0', 'transfer-encoding': coding } = others;
  return (
    request.method === 'OPTIONS' &&
    coding === undefined &&
    length === '0' &&
    /(?:^|,)\s*TLS\/1\.[0-3]\s*(?:,|$)/i.test(upgrade) &&
    /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(connection)
  );
}

const switching = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: TLS/1.2, HTTP/1.1',
  'Connection: Upgrade',
  '',
  '',
].join('\r\n');

/** The answer to the OPTIONS itself, which comes after the handshake (RFC 2817 3.3). */
const answer = [
  'HTTP/1.1 200 OK',
  'Allow: GET, HEAD, OPTIONS, POST',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

/** Undefined: the client spoke no TLS, and the connection is gone. */
export async function upgradeToTls(
  gate: TlsGate,
  socket: Socket,
  early: Uint8Array,
): Promise<TLSSocket | undefined> {
  // What was sent in the clear behind the request must never count as having come over TLS.
  if (early.length > 0) {
    socket.destroy();
    return undefined;
  }
  socket.write(switching);
  const secured = await gate.secure(socket);
  secured?.write(answer);
  return secured;
}
