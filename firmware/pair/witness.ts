// The client of the witness: a fresh one for each connection, one topic a group, QoS 1, a clean
// session, nothing retained; what passes through is sealed, so the witness and whoever else reads
// there learn nothing and can make nothing.
import type { Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import type { Message } from '../cluster/contract/message.ts';
import type { TlsCredentials } from '../identity/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { WitnessPlace } from './contract.ts';
import { dialPinned, dialPlain } from './dial.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { type MqttConnection, openMqttClient } from './mqtt-client.ts';
import { keepConnected } from './redial.ts';
import type { Opener, Sealer } from './seal.ts';
import { witnessTopic } from './topics.ts';

export interface WitnessOptions {
  readonly place: WitnessPlace;
  readonly generation: number;
  readonly clientId: string;
  readonly credentials: TlsCredentials;
  readonly clock: Clock;
  readonly sealer: Sealer;
  /** Of this node's own messages, and of the peer's. */
  readonly own: Opener;
  readonly peers: Opener;
  readonly onMessage: (group: string, message: Message, retained: boolean) => void;
  /** The group's topic is subscribed on the connection of this number. */
  readonly onConnected: (group: string, connection: number) => void;
  readonly onLost: () => void;
  readonly log: (text: string) => void;
}

/** Life cycle: startWitness connects and keeps on; `stop` ends it. */
export interface WitnessClient {
  join(group: string): void;
  leave(group: string): void;
  send(group: string, message: Message): void;
  readonly connected: boolean;
  /** Number of the connection; grows with each. */
  readonly connection: number;
  /** Called now and then: replaces a connection on which nothing of our own comes back. */
  watch(nowMs: number): void;
  stop(): Promise<void>;
}

export function startWitness(options: WitnessOptions): WitnessClient {
  const { place, generation, clock, sealer } = options;
  const groups = new Set<string>();
  const ended = new AbortController();
  let mqtt: MqttConnection | undefined;
  let connection = 0;
  /** When something was sent whose like has not come back since; undefined: nothing waits. */
  let waitingSinceMs: number | undefined;

  const take = (payload: Uint8Array, retained: boolean) => {
    if (payload.length > pairLimits.witnessMessageBytes) return;
    const opener = sealer.isOwn(payload) ? options.own : options.peers;
    const opened = opener.open(payload);
    // One that came before is the broker's repetition (QoS 1), or somebody's who recorded it.
    if (opened === undefined || opened.isOld) return;
    if (opener === options.own) waitingSinceMs = undefined;
    const decoded = decodeMessage(opened.plain);
    if (decoded !== undefined) options.onMessage(decoded.group, decoded.message, retained);
  };

  const subscribe = async (client: MqttConnection, group: string, number: number) => {
    await client.subscribe(witnessTopic(generation, group), 1);
    if (mqtt === client && groups.has(group)) options.onConnected(group, number);
  };

  const connect = async (signal: AbortSignal) => {
    using deadline = startDeadline(clock, pairLimits.dialMs, signal);
    const { address, port, tls } = place;
    const { credentials } = options;
    const pins = new Set(tls === undefined ? [] : [tls.pin]);
    const stream =
      tls === undefined
        ? await dialPlain(address, port, deadline.signal)
        : await dialPinned({ address, port, clock, credentials, pins, signal: deadline.signal });
    const closed = Promise.withResolvers<void>();
    let opened: MqttConnection | undefined;
    const client = await openMqttClient(
      {
        stream,
        clientId: options.clientId,
        login: place.login,
        onMessage: (_topic, payload, retained) => take(payload, retained),
        onClosed: (why) => {
          if (opened !== undefined && mqtt === opened) lose(why);
          closed.resolve();
        },
      },
      deadline.signal,
    );
    opened = client;
    mqtt = client;
    connection += 1;
    waitingSinceMs = undefined;
    const onAbort = () => client.close(true);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.all([...groups].map((group) => subscribe(client, group, connection)));
    } catch (error) {
      client.close();
      throw error;
    }
    await closed.promise;
    signal.removeEventListener('abort', onAbort);
  };

  const lose = (why: string) => {
    mqtt = undefined;
    options.log(`the witness is lost: ${why}`);
    options.onLost();
  };

  const running = keepConnected({
    clock,
    signal: ended.signal,
    connect,
    onFailed: (error) => options.log(`the witness can't be reached: ${String(error)}`),
  });

  return {
    join(group) {
      groups.add(group);
      const client = mqtt;
      if (client !== undefined) subscribe(client, group, connection).catch(() => client.close());
    },
    leave: (group) => void groups.delete(group),
    send(group, message) {
      if (mqtt === undefined) return;
      const sealed = sealer.seal(encodeMessage(group, message));
      // So much without an answer is no connection that rules could build on.
      if (!mqtt.publishConfirmed(witnessTopic(generation, group), sealed)) mqtt.close();
      waitingSinceMs ??= clock.monotonicMs();
    },
    get connected() {
      return mqtt !== undefined;
    },
    get connection() {
      return connection;
    },
    watch(nowMs) {
      const waits = waitingSinceMs;
      if (waits !== undefined && nowMs > waits + pairLimits.silentConnectionMs) mqtt?.close();
    },
    async stop() {
      ended.abort();
      await running;
    },
  };
}
