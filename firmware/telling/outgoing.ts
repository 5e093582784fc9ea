// Connections to servers that an administrator named: plain, or TLS where a pinned key or an
// authority vouches.
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import { peerPinOf, PinError } from '../identity/pinned-tls.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';
import { dialPlain } from '../pair/dial.ts';

export interface Outgoing {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** 64 hexadecimal digits; '' where authorities have to vouch. */
  readonly pin: string;
}

/** Of an URL of the configuration; the port by its protocol where it names none. */
export function outgoingOf(
  address: string,
  pin: string,
  protocols: Readonly<Record<string, { readonly port: number; readonly tls: boolean }>>,
): Outgoing {
  const url = new URL(address);
  const { port = 0, tls = false } = protocols[url.protocol] ?? {};
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    // An URL leaves its protocol's own port out.
    port: Number(/:(\d+)(?:\/|$)/.exec(address.replace(/^[a-z]+:\/\//i, ''))?.[1] ?? port),
    tls,
    pin: pin.toLowerCase(),
  };
}

/** Rejects with a HalError or a PinError; nothing was sent before the other end is known. */
export async function openOutgoing(
  { host, port, tls, pin }: Outgoing,
  { clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<Duplex> {
  using deadline = startDeadline(clock, limits.connectMs, signal);
  const socket = await dialPlain(host, port, deadline.signal);
  // Whoever uses it hears of its end by `close`.
  socket.on('error', () => undefined);
  if (!tls) return socket;
  const isName = !/^[0-9.]+$|:/.test(host);
  const secured = connect({
    socket,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: pin === '',
    ...(isName ? { servername: host } : {}),
  });
  secured.on('error', () => undefined);
  try {
    await once(secured, 'secureConnect', { signal: deadline.signal });
  } catch (error) {
    secured.destroy();
    throw new PinError(undefined, { cause: error });
  }
  const shown = peerPinOf(secured);
  if (pin === '' || shown === pin) return secured;
  secured.destroy();
  throw new PinError(shown);
}
