// This appliance as a client of its peer's broker: one connection for what is urgent, and one for
// records, each kept up and replaced when nothing comes on it any more.
import type { Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import type { TlsCredentials } from '../identity/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { Peer } from './contract.ts';
import { dialPinned } from './dial.ts';
import { type MqttConnection, openMqttClient } from './mqtt-client.ts';
import { keepConnected } from './redial.ts';
import { type Lane, laneOf, laneTopic } from './topics.ts';

export interface PeerClientOptions {
  readonly lane: Lane;
  readonly self: string;
  readonly peer: Peer;
  readonly credentials: TlsCredentials;
  readonly clock: Clock;
  readonly onMessage: (payload: Uint8Array) => void;
  /** It came up or ended. */
  readonly onChange: (open: boolean) => void;
  readonly log: (text: string) => void;
}

/** Life cycle: startPeerClient connects and keeps on; `stop` ends it. */
export interface PeerClient {
  /** False: dropped. */
  publish(payload: Uint8Array, queueBytes: number): boolean;
  readonly open: boolean;
  /** Called now and then: says that we are there, and replaces a silent connection. */
  watch(nowMs: number): void;
  stop(): Promise<void>;
}

export function startPeerClient(options: PeerClientOptions): PeerClient {
  const { lane, self, peer, clock, credentials } = options;
  const ended = new AbortController();
  let mqtt: MqttConnection | undefined;
  let heardAtMs = 0;

  const connect = async (signal: AbortSignal) => {
    using deadline = startDeadline(clock, pairLimits.dialMs, signal);
    const { address, beatPort } = peer.place;
    const pins = new Set([peer.pin]);
    const stream = await dialPinned({
      address,
      port: beatPort,
      clock,
      credentials,
      pins,
      signal: deadline.signal,
    });
    const closed = Promise.withResolvers<string>();
    const client = await openMqttClient(
      {
        stream,
        clientId: `${self.slice(0, 8)}-${lane}`,
        onMessage(topic, payload) {
          heardAtMs = clock.monotonicMs();
          if (laneOf(topic, self) === lane && payload.length > 0) options.onMessage(payload);
        },
        onClosed: closed.resolve,
      },
      deadline.signal,
    );
    const onAbort = () => client.close(true);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await client.subscribe(laneTopic(self, lane), 0);
      heardAtMs = clock.monotonicMs();
      mqtt = client;
      options.onChange(true);
      options.log(`connected to the peer's broker (${lane})`);
      options.log(`the connection (${lane}) ended: ${await closed.promise}`);
    } finally {
      client.close();
      signal.removeEventListener('abort', onAbort);
      if (mqtt !== undefined) {
        mqtt = undefined;
        options.onChange(false);
      }
    }
  };

  const running = keepConnected({
    clock,
    signal: ended.signal,
    connect,
    onFailed: (error) => options.log(`the peer can't be reached (${lane}): ${String(error)}`),
  });

  return {
    publish: (payload, queueBytes) =>
      mqtt?.publish(laneTopic(peer.nodeId, lane), payload, queueBytes) ?? false,
    get open() {
      return mqtt !== undefined;
    },
    watch(nowMs) {
      if (mqtt === undefined) return;
      if (nowMs > heardAtMs + pairLimits.silentConnectionMs) mqtt.close();
      else mqtt.publish(laneTopic(peer.nodeId, lane), new Uint8Array(), 0);
    },
    async stop() {
      ended.abort();
      await running;
    },
  };
}
