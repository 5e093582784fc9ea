// The part of the self-test that is the pair's: a message by MQTT inside TLS, both ends here.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Hal } from '../../hal/contract.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import { CliError } from '../cli/command.ts';
import { openIdentity } from '../identity/identity.ts';
import { securePinned } from '../identity/pinned-tls.ts';
import { entryLimits } from '../limits/entry-limits.ts';
import { startMqttBroker } from '../pair/mqtt-broker.ts';
import { openMqttClient } from '../pair/mqtt-client.ts';

const topic = 'platen/selftest';
const queueBytes = 1024;

/** `folder` takes an identity of its own. Rejects where any part of the way fails. */
export async function passMessage(hal: Hal, folder: string): Promise<void> {
  using deadline = startDeadline(hal.clock, entryLimits.selftestMs);
  const { signal } = deadline;
  const identity = await openIdentity({ ...hal, path: `${folder}/selftest-identity.json` });
  const pins = new Set([identity.nodeKey.fingerprint]);
  const shared = { credentials: identity.peerCredentials, pins, signal };
  const arrived = Promise.withResolvers<Uint8Array>();
  const broker = await startMqttBroker({
    mayPublish: (given) => given === topic,
    maySubscribe: () => false,
    onMessage: (_topic, payload) => arrived.resolve(payload),
    onSubscribers: () => undefined,
  });
  const server = createServer((socket) => {
    securePinned({ ...shared, socket, side: 'server' }).then(
      (secured) => broker.accept(secured),
      arrived.reject,
    );
  });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening', { signal });
    const at = server.address();
    if (at === null || typeof at === 'string') throw new CliError('No port is free here.');
    const socket = connect(at.port, at.address);
    const stream = await securePinned({ ...shared, socket, side: 'client' });
    const client = await openMqttClient(
      { stream, clientId: 'selftest', onMessage: () => undefined, onClosed: () => undefined },
      signal,
    );
    const sent = hal.random.bytes(queueBytes / 2);
    client.publish(topic, sent, queueBytes);
    const came = await abortable(arrived.promise, signal);
    client.close();
    if (Buffer.compare(came, sent) !== 0) throw new CliError('A message by MQTT was changed.');
  } finally {
    server.close();
    await broker.close();
  }
}
