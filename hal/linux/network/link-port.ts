// ARP questions, their answers, and announcements on one interface.
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { canonicalAddress } from '../../address.ts';
import type { Clock, Timer } from '../../contract.ts';
import { HalError, toHalError } from '../../errors.ts';
import type { LinkAnswer, LinkPort } from '../../network.ts';
import { networkLimits } from '../limits.ts';
import {
  arpAnnouncement,
  arpRequest,
  etherTypes,
  neighbourAdvertisement,
  readArpReply,
} from './frames.ts';
import { openPacketSocket } from './packet-socket.ts';

export interface LinkPortOptions {
  readonly clock: Clock;
  readonly interfaceName: string;
  readonly onAnswer: (answer: LinkAnswer) => void;
}

/**
 * ARP numbers nothing: an answer counts for the oldest question that still waits, so that a late
 * one never proves more than it does. Only addresses that were asked for are reported.
 */
export function openLinkPort({ clock, interfaceName, onAnswer }: LinkPortOptions): LinkPort {
  const mac = interfaceFact(interfaceName, 'address');
  const index = Number(interfaceFact(interfaceName, 'ifindex'));
  const socket = openPacketSocket(index, etherTypes.arp);
  const questions = new Map<string, number[]>();
  let timer: Timer | undefined;
  let closed = false;

  const waiting = (address: string): number[] => {
    const fromMs = clock.monotonicMs() - networkLimits.linkAnswerMs;
    const left = (questions.get(address) ?? []).filter((askedAtMs) => askedAtMs >= fromMs);
    if (left.length === 0) questions.delete(address);
    else questions.set(address, left);
    return left;
  };

  const look = () => {
    for (let count = 0; count < networkLimits.linkFrames; count += 1) {
      const frame = socket.receive();
      if (frame === undefined) break;
      const reply = readArpReply(frame);
      if (reply === undefined) continue;
      const [askedAtMs] = waiting(reply.address);
      if (askedAtMs === undefined) continue;
      questions.set(reply.address, (questions.get(reply.address) ?? []).slice(1));
      onAnswer({ ...reply, askedAtMs });
      if (closed) return;
    }
    for (const address of questions.keys()) waiting(address);
    const { linkLookAskedMs, linkLookIdleMs } = networkLimits;
    lookIn(questions.size > 0 ? linkLookAskedMs : linkLookIdleMs);
  };
  const lookIn = (delayMs: number) => {
    timer?.cancel();
    timer = closed ? undefined : clock.startTimer(delayMs, look);
  };
  lookIn(networkLimits.linkLookIdleMs);

  return {
    mac,
    ask(address, { mac: toMac, from }) {
      // Neighbour discovery of IPv6 is not asked: arbiters and boxes have IPv4 beside it.
      if (isIPv6(address)) return;
      socket.send(arpRequest({ ownMac: mac, from: from ?? '0.0.0.0', address, toMac }));
      const asked = [...waiting(address), clock.monotonicMs()];
      questions.set(canonicalAddress(address), asked.slice(-networkLimits.linkQuestions));
      lookIn(networkLimits.linkLookAskedMs);
    },
    announce(address) {
      if (!isIPv6(address)) return socket.send(arpAnnouncement(mac, address));
      const sender = openPacketSocket(index, etherTypes.ipv6);
      sender.send(neighbourAdvertisement(mac, address));
      sender.close();
    },
    close() {
      closed = true;
      timer?.cancel();
      socket.close();
    },
  };
}

/** Of /sys/class/net, whose files are the kernel's memory and no disk. */
function interfaceFact(interfaceName: string, fact: 'address' | 'ifindex'): string {
  try {
    return readFileSync(`/sys/class/net/${interfaceName}/${fact}`, 'latin1').trim();
  } catch (error) {
    throw new HalError('not-found', `interface ${interfaceName}`, {
      cause: toHalError(error, interfaceName),
    });
  }
}
