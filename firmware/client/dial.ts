// A connection to the server of a queue: TLS, and the other end known by its key or by authorities
// before a byte is sent.
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { peerPinOf } from '../identity/pinned-tls.ts';
import { cliLimits } from '../limits/cli-limits.ts';
import { authorityOf, uriOf } from './address.ts';
import { ClientError, type ClientParts, type QueueAddress } from './contract.ts';

export const dialServer: ClientParts['dial'] = async (address, pin, lent) => {
  const { host, port } = address;
  const isName = !/^[0-9.]+$|:/.test(host);
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    // The key that it shows is looked at below, with a pin or for the message.
    rejectUnauthorized: false,
    ...(isName ? { servername: host } : {}),
    ...(lent === undefined ? {} : { onread: lent }),
  });
  socket.setTimeout(cliLimits.connectTimeoutMs, () => socket.destroy(new Error('timed out')));
  try {
    await once(socket, 'secureConnect');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Nobody answers at ${authorityOf(address)}: ${why}.`;
    throw new ClientError('server-unknown', message, { cause: error });
  }
  socket.setTimeout(0);
  const key = peerPinOf(socket);
  const refusal = refusalOf(socket, address, { pin, key });
  if (refusal === undefined) return { socket, key };
  socket.destroy();
  throw refusal;
};

function refusalOf(
  socket: TLSSocket,
  address: QueueAddress,
  { pin, key }: { readonly pin: string | undefined; readonly key: string | undefined },
): ClientError | undefined {
  const place = authorityOf(address);
  if (pin !== undefined) {
    if (key === pin) return undefined;
    return new ClientError(
      'server-key-changed',
      `${place} shows the key ${key ?? 'none'}, and ${pin} is pinned: it is another server, or ` +
        'its key was changed. Look at it there with "platen certificate show".',
    );
  }
  if (socket.authorized) return undefined;
  return new ClientError(
    'server-unknown',
    `Nobody vouches for ${place} (${String(socket.authorizationError)}). Compare its key with ` +
      'the pin of "platen certificate show" there, then: ' +
      `platen connect ${uriOf(address)} --pin ${key ?? 'PIN'}`,
  );
}
