// TLS with a peer that is known by its key: mutual, and with nobody else's word and no date asked.
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { TlsCredentials } from './contract.ts';
import { pinOf, spkiOf } from './self-signed.ts';

export interface PinnedTlsOptions {
  /** Connected; this owns it from now on. */
  readonly socket: Socket;
  readonly side: 'client' | 'server';
  readonly credentials: TlsCredentials;
  /**
   * The keys that may answer: `IdentityKey.fingerprint` of each. `any`: every key that is proven,
   * for those who are still to get to know each other; they look at `peerKeyOf`.
   */
  readonly pins: ReadonlySet<string> | 'any';
  /** Names of what is spoken inside (RFC 7301); the server's order counts. */
  readonly protocols?: readonly string[];
  readonly signal: AbortSignal;
}

/** The other end is not who it has to be, or speaks no TLS. */
export class PinError extends Error {
  override readonly name = 'PinError';
  /** The key that was shown, where one was. */
  readonly shown: string | undefined;

  constructor(shown: string | undefined, options?: ErrorOptions) {
    super(
      shown === undefined
        ? 'the other end could not show a key'
        : `the other end has the key ${shown}, which is not pinned`,
      options,
    );
    this.shown = shown;
  }
}

/**
 * Resolves once the other end has shown that it holds a pinned key, both ways; before that nothing
 * is read or written. Otherwise rejects with a PinError, and the socket is gone.
 */
export async function securePinned(options: PinnedTlsOptions): Promise<TLSSocket> {
  const { socket, side, signal } = options;
  const secured = side === 'client' ? secureClient(options) : secureServer(options);
  // An end without an error, too, is the end: the other side may simply go.
  const closed = new AbortController();
  const onClose = () => closed.abort();
  secured.once('close', onClose);
  socket.once('close', onClose);
  try {
    await once(secured, side === 'client' ? 'secureConnect' : 'secure', {
      signal: AbortSignal.any([signal, closed.signal]),
    });
  } catch (error) {
    secured.destroy();
    socket.destroy();
    throw new PinError(undefined, { cause: error });
  }
  const shown = peerPinOf(secured);
  if (shown !== undefined && (options.pins === 'any' || options.pins.has(shown))) return secured;
  secured.destroy();
  throw new PinError(shown);
}

/** The key that the other end has shown to hold; undefined: it showed none. */
export function peerPinOf(socket: TLSSocket): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : pinOf(certificate.publicKey);
}

/** That key itself: SubjectPublicKeyInfo, DER. */
export function peerKeyOf(socket: TLSSocket): Uint8Array | undefined {
  const key = socket.getPeerX509Certificate()?.publicKey;
  return key === undefined ? undefined : spkiOf(key);
}

/** For adapters that make their own sockets; they ask `peerPinOf` before they believe anything. */
export function pinnedTlsContext({ chainPem, privateKeyPem }: TlsCredentials): SecureContext {
  return createSecureContext({
    cert: chainPem,
    key: privateKeyPem,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
  });
}

function secureClient({ socket, credentials, protocols }: PinnedTlsOptions): TLSSocket {
  const secured = connect({
    socket,
    secureContext: pinnedTlsContext(credentials),
    ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
    // The key is looked at instead; a date or an issuer would only be in the way.
    rejectUnauthorized: false,
  });
  secured.on('error', ignore);
  return secured;
}

function secureServer({ socket, credentials, protocols }: PinnedTlsOptions): TLSSocket {
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: pinnedTlsContext(credentials),
    ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
    requestCert: true,
    rejectUnauthorized: false,
  });
  secured.on('error', ignore);
  return secured;
}

/** Failures are told by what waits for the handshake, and later by 'close'. */
function ignore(): void {}
