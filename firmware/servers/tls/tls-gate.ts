// TLS for connections that were accepted or upgraded: the certificate is chosen by the address that
// the client reached, and looked up anew for each.
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { canonicalAddress } from '../../../hal/address.ts';
import type { Clock } from '../../../hal/contract.ts';
import type { TlsCredentials } from '../../identity/contract.ts';

/** Whose certificate a client sees: a group's at the group's addresses, else the node's. */
export interface TlsSource {
  /** Undefined: there is none yet, and the client is turned away. */
  credentials(localAddress: string): TlsCredentials | undefined;
}

export interface TlsGateOptions {
  readonly source: TlsSource;
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
}

export interface TlsGate {
  /** Resolves after the handshake; undefined: there was none, and the socket is gone. */
  secure(socket: Socket): Promise<TLSSocket | undefined>;
  /** Ends the handshakes that run. */
  giveUp(): void;
}

/**
 * TLS 1.2 and 1.3, with forward secrecy and authenticated encryption only (RFC 9325 4.2): what is
 * older than that prints by IPP without TLS.
 */
const secureDefaults = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
  honorCipherOrder: true,
} as const;

export function createTlsGate(options: TlsGateOptions): TlsGate {
  return new Gate(options);
}

class Gate implements TlsGate {
  readonly #options: TlsGateOptions;
  /** Credentials are never changed in place: others are another object, with another context. */
  readonly #contexts = new WeakMap<TlsCredentials, SecureContext>();
  readonly #shaking = new Set<Socket>();

  constructor(options: TlsGateOptions) {
    this.#options = options;
  }

  secure(socket: Socket): Promise<TLSSocket | undefined> {
    const { source, clock, handshakeTimeoutMs } = this.#options;
    const credentials = source.credentials(canonicalAddress(socket.localAddress ?? ''));
    if (credentials === undefined) {
      socket.destroy();
      return Promise.resolve(undefined);
    }
    const secureContext = this.#contextOf(credentials);
    return new Promise((resolve) => {
      const secured = new TLSSocket(socket, { isServer: true, secureContext });
      const finish = (outcome: TLSSocket | undefined) => {
        timer.cancel();
        this.#shaking.delete(socket);
        if (outcome === undefined) {
          secured.destroy();
          socket.destroy();
        }
        resolve(outcome);
      };
      const timer = clock.startTimer(handshakeTimeoutMs, () => finish(undefined));
      this.#shaking.add(socket);
      // Stays attached: a connection that breaks later is told to whoever has it by 'close'.
      secured.on('error', () => finish(undefined));
      socket.on('error', () => finish(undefined));
      socket.once('close', () => finish(undefined));
      secured.once('secure', () => finish(secured));
    });
  }

  giveUp(): void {
    for (const socket of this.#shaking) socket.destroy();
  }

  #contextOf(credentials: TlsCredentials): SecureContext {
    const known = this.#contexts.get(credentials);
    if (known !== undefined) return known;
    const { chainPem, privateKeyPem } = credentials;
    const made = createSecureContext({ ...secureDefaults, cert: chainPem, key: privateKeyPem });
    this.#contexts.set(credentials, made);
    return made;
  }
}
