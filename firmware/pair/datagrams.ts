// Heartbeats as datagrams: sealed, sent at once and again half a heartbeat later, so that one lost
// packet, or a TCP connection that waits for its retransmission, is no lapse.
import { isIPv6 } from 'node:net';
import type { Clock, Timer, Udp, UdpSocket } from '../../hal/contract.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { PeerPlace } from './contract.ts';
import type { Opener, Sealer } from './seal.ts';

export interface DatagramsOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  /** Where this appliance listens, `::` and `0.0.0.0` for everywhere. */
  readonly address: string;
  readonly port: number;
  readonly peer: PeerPlace;
  readonly sealer: Sealer;
  readonly opener: Opener;
  /** What the peer sent, once. */
  readonly onOpened: (plain: Uint8Array) => void;
  readonly onFault: (message: string) => void;
}

/** Life cycle: openDatagrams, send …, close. */
export interface Datagrams {
  /**
   * `slot` names what this replaces: only the newest of a slot is sent a second time. `mayRepeat`
   * is asked before that.
   */
  send(slot: string, plain: Uint8Array, mayRepeat: () => boolean): void;
  close(): Promise<void>;
}

export async function openDatagrams(options: DatagramsOptions): Promise<Datagrams> {
  const { clock, peer, sealer, opener } = options;
  const repeats = new Map<string, Timer>();
  let socket: UdpSocket | undefined = await options.udp.open({
    address: familyAddress(options.address, peer.address),
    port: options.port,
    onDatagram(bytes) {
      if (bytes.length > pairLimits.datagramBytes) return;
      const opened = opener.open(bytes);
      if (opened !== undefined && !opened.isOld) options.onOpened(opened.plain);
    },
    onFault(error) {
      socket = undefined;
      options.onFault(error.message);
    },
  });
  const to = { address: peer.address, port: peer.beatPort };
  const sendNow = (plain: Uint8Array) => {
    const sealed = sealer.seal(plain);
    if (sealed.length > pairLimits.datagramBytes) return;
    // A network that is down loses it, and shows by what does not come.
    socket?.send(sealed, to).catch(() => {});
  };
  return {
    send(slot, plain, mayRepeat) {
      sendNow(plain);
      repeats.get(slot)?.cancel();
      const repeat = clock.startTimer(pairLimits.datagramEveryMs, () => {
        repeats.delete(slot);
        if (mayRepeat()) sendNow(plain);
      });
      repeats.set(slot, repeat);
    },
    async close() {
      for (const repeat of repeats.values()) repeat.cancel();
      await socket?.close();
    },
  };
}

/** Everywhere in the peer's family, where the configured address is everywhere in another one. */
function familyAddress(own: string, peer: string): string {
  if (isIPv6(own) === isIPv6(peer)) return own;
  return isIPv6(peer) ? '::' : '0.0.0.0';
}
