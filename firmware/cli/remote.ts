// Another appliance, reached by HTTPS: where it is, and whether it is the one that is meant.
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { peerPinOf } from '../identity/pinned-tls.ts';
import { cliLimits } from '../limits/cli-limits.ts';
import { CliError } from './command.ts';

export interface RemoteAppliance {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** SHA-256 of its key, 64 hexadecimal digits; without it authorities have to vouch. */
  readonly pin: string | undefined;
}

const defaultPort = 8643;
const pinForm = /^[0-9a-f]{64}$/;

/** `HOST`, `HOST:PORT`, `[IPv6]:PORT` or `https://…`; throws a CliError. */
export function remoteAppliance(
  server: string,
  { token, pin }: { readonly token: string | undefined; readonly pin: string | undefined },
): RemoteAppliance {
  const url = URL.parse(/^https:\/\//i.test(server) ? server : `https://${server}`);
  if (url === null || url.pathname !== '/' || url.username !== '' || url.hostname === '') {
    throw new CliError(`--server takes HOST or HOST:PORT, not "${server}".`, 2);
  }
  if (token === undefined || token === '') {
    const how = 'make one there with "platen token add", and put it into PLATEN_TOKEN';
    throw new CliError(`--server needs a token: ${how} or --token-file.`, 2);
  }
  const digits = pin?.replaceAll(/[:\s]/g, '').toLowerCase();
  if (digits !== undefined && !pinForm.test(digits)) {
    throw new CliError('--pin takes the 64 hexadecimal digits of a key.', 2);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? defaultPort : Number(url.port), token, pin: digits };
}

/** Nothing is sent, the token least of all, before the other end is known. */
export async function connectRemote({ host, port, pin }: RemoteAppliance): Promise<TLSSocket> {
  const isName = !/^[0-9.]+$|:/.test(host);
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: pin === undefined,
    ...(isName ? { servername: host } : {}),
  });
  socket.setTimeout(cliLimits.connectTimeoutMs, () => socket.destroy(new Error('timed out')));
  try {
    await once(socket, 'secureConnect');
  } catch (error) {
    throw explain(error, `${host}:${port}`);
  }
  socket.setTimeout(0);
  const shown = peerPinOf(socket);
  if (pin === undefined || shown === pin) return socket;
  socket.destroy();
  throw new CliError(
    `${host}:${port} is not the appliance of this --pin: its key is ${shown ?? 'unknown'}.`,
  );
}

function explain(error: unknown, place: string): CliError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = error instanceof Error ? error.message : String(error);
  if (/CERT|SIGNED|UNABLE_TO/.test(code)) {
    const how = 'Look at it there with "platen certificate show", and name its key with --pin';
    return new CliError(`Nobody vouches for the certificate of ${place} (${said}). ${how}.`, 1, {
      cause: error,
    });
  }
  return new CliError(`No Platen answers at ${place}: ${said}.`, 1, { cause: error });
}
