// The adapter of the library `mqtt`: one connection as a client, used once; another connection is
// another client, so nothing queued or half acknowledged lives on.
import type { Duplex } from 'node:stream';
import { MqttClient } from 'mqtt';
import { tellingLimits } from '../limits/telling-limits.ts';
import { pairLimits } from '../limits/pair-limits.ts';

export interface MqttClientOptions {
  /** Connected, and secured where it has to be; this owns it from now on. */
  readonly stream: Duplex;
  readonly clientId: string;
  readonly login?: { readonly name: string; readonly password: string } | undefined;
  /** What the broker says, retained, once this connection has ended out of order. */
  readonly will?: { readonly topic: string; readonly payload: Uint8Array };
  readonly onMessage: (topic: string, payload: Uint8Array, retained: boolean) => void;
  /** Once, whatever the reason; messages that were not acknowledged are forgotten. */
  readonly onClosed: (why: string) => void;
}

/** Life cycle: openMqttClient, subscribe, publish …, close. */
export interface MqttConnection {
  /** Resolves once the broker has confirmed; rejects where it refuses or the connection ends. */
  subscribe(topic: string, qos: 0 | 1): Promise<void>;
  /** QoS 0. False: dropped, because so much waits already or the connection is gone. */
  publish(topic: string, payload: Uint8Array, queueBytes: number): boolean;
  /** QoS 1. False: dropped, because too much waits for its acknowledgement. */
  publishConfirmed(topic: string, payload: Uint8Array): boolean;
  /** QoS 1, and what the broker tells whoever comes later. False as `publishConfirmed` says. */
  publishRetained(topic: string, payload: Uint8Array): boolean;
  readonly open: boolean;
  /** At once; tells the broker that this is no accident where `orderly`. */
  close(orderly?: boolean): void;
}

/** Resolves once the broker has taken the client; rejects where it does not, or `signal` aborts. */
export async function openMqttClient(
  options: MqttClientOptions,
  signal: AbortSignal,
): Promise<MqttConnection> {
  const { stream, clientId, login, will } = options;
  const client = new MqttClient(() => stream, {
    clientId,
    clean: true,
    keepalive: pairLimits.mqttKeepAliveS,
    protocolVersion: 4,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...(login === undefined ? {} : { username: login.name, password: login.password }),
    ...(will === undefined
      ? {}
      : { will: { ...will, payload: Buffer.from(will.payload), qos: 1, retain: true } }),
  });
  const taken = Promise.withResolvers<void>();
  let open = true;
  let inFlight = 0;
  const end = (why: string) => {
    taken.reject(new Error(why));
    client.end(true);
    stream.destroy();
    if (!open) return;
    open = false;
    options.onClosed(why);
  };
  const onAbort = () => end('it took too long');
  client.on('connect', () => taken.resolve());
  client.on('error', (error) => end(error.message));
  client.on('close', () => end('the connection was closed'));
  client.on('message', (topic, payload, packet) => {
    if (open) options.onMessage(topic, payload, packet.retain);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await taken.promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return {
    async subscribe(topic, qos) {
      const granted = await client.subscribeAsync(topic, { qos });
      const refusedTopic = granted.find((grant) => grant.qos > 2);
      if (refusedTopic !== undefined) throw new Error(`the broker refuses ${topic}`);
    },
    publish(topic, payload, queueBytes) {
      if (!open || stream.writableLength > queueBytes) return false;
      client.publish(topic, Buffer.from(payload), { qos: 0 }, ignore);
      return true;
    },
    publishConfirmed(topic, payload) {
      if (!open || inFlight >= pairLimits.witnessInFlight) return false;
      inFlight += 1;
      client.publish(topic, Buffer.from(payload), { qos: 1 }, () => {
        inFlight -= 1;
      });
      return true;
    },
    publishRetained(topic, payload) {
      if (!open || stream.writableLength > tellingLimits.mqttWaitingBytes) return false;
      client.publish(topic, Buffer.from(payload), { qos: 1, retain: true }, ignore);
      return true;
    },
    get open() {
      return open;
    },
    close(orderly = false) {
      if (orderly && open) client.end(false);
      end('closed by us');
    },
  };
}

/** What fails here shows as a closed connection. */
function ignore(): void {}
