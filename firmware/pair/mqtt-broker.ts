// The adapter of the library `aedes`: the broker of this appliance, which knows one kind of client,
// the peer, and hands what it publishes straight to the link.
import type { Duplex } from 'node:stream';
import { Aedes } from 'aedes';
import { pairLimits } from '../limits/pair-limits.ts';

export interface MqttBrokerOptions {
  /** Topics on which the peer may publish; anything else ends its connection. */
  readonly mayPublish: (topic: string) => boolean;
  readonly maySubscribe: (topic: string) => boolean;
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  /** A subscription came or went. */
  readonly onSubscribers: () => void;
}

/** Life cycle: startMqttBroker, accept …, close. */
export interface MqttBroker {
  /** A connection whose other end has proven to be the peer; the broker owns it. */
  accept(stream: Duplex): void;
  /** QoS 0, to whoever subscribed to just this topic. False: nobody, or too much waits there. */
  publish(topic: string, payload: Uint8Array, queueBytes: number): boolean;
  hasSubscriber(topic: string): boolean;
  close(): Promise<void>;
}

type Client = ReturnType<Aedes['handle']>;

export async function startMqttBroker(options: MqttBrokerOptions): Promise<MqttBroker> {
  const refusal = new Error('this is not for the peer');
  const connections = new Set<Duplex>();
  const subscribers = new Map<string, Client>();
  const broker = await Aedes.createBroker({
    connectTimeout: pairLimits.handshakeMs,
    drainTimeout: pairLimits.silentConnectionMs,
    authorizePublish(client, packet, done) {
      if (client === null) return done(null);
      const fits = packet.qos === 0 && !packet.retain && options.mayPublish(packet.topic);
      const { payload } = packet;
      if (!fits || typeof payload === 'string') return done(refusal);
      // Before the broker's own queue: an echo is to leave at once.
      options.onMessage(packet.topic, payload);
      done(null);
    },
    authorizeSubscribe(_client, subscription, done) {
      if (options.maySubscribe(subscription.topic)) done(null, subscription);
      else done(refusal);
    },
  });
  broker.on('subscribe', (subscriptions, client) => {
    for (const { topic } of subscriptions) subscribers.set(topic, client);
    options.onSubscribers();
  });
  broker.on('clientDisconnect', (client) => {
    for (const [topic, subscriber] of subscribers) {
      if (subscriber === client) subscribers.delete(topic);
    }
    options.onSubscribers();
  });
  // A connection that breaks is told by its end.
  broker.on('clientError', () => {});
  broker.on('connectionError', () => {});
  return {
    accept(stream) {
      if (connections.size >= pairLimits.peerConnections) {
        stream.destroy();
        return;
      }
      connections.add(stream);
      stream.once('close', () => connections.delete(stream));
      broker.handle(stream);
    },
    publish(topic, payload, queueBytes) {
      const client = subscribers.get(topic);
      if (client === undefined || client.conn.writableLength > queueBytes) return false;
      const packet = { cmd: 'publish', topic, qos: 0, retain: false, dup: false } as const;
      // The library calls it without asking whether it is there.
      client.publish({ ...packet, payload: Buffer.from(payload) }, () => {});
      return true;
    },
    hasSubscriber: (topic) => subscribers.has(topic),
    close() {
      for (const connection of connections) connection.destroy();
      return new Promise((resolve) => broker.close(resolve));
    },
  };
}
