// Says `fenced` for a process that is dead and mute: the peer's next heartbeats are answered, as
// rule X1 wants it, from the port at which that process heard them.
import type { Clock, Random, Udp } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { createOpener, createSealer } from '../pair/seal.ts';
import { decodeMessage, encodeMessage } from '../pair/message-codec.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import type { Term } from '../store/contract.ts';
import type { Fencing } from './messages.ts';

export interface FencedOptions {
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly udp: Udp;
  readonly fencing: Fencing;
  /** By group: the highest term in which the dead process took its addresses. */
  readonly terms: ReadonlyMap<string, Term>;
}

/**
 * Resolves when each group's standby was answered often enough for a lost datagram, or with the
 * signal: a peer that is away has nothing to take over.
 */
export async function sayFenced(options: FencedOptions, signal: AbortSignal): Promise<void> {
  const { clock, fencing, terms } = options;
  const secret = new Uint8Array(Buffer.from(fencing.secret, 'base64'));
  const purpose = 'datagram';
  const sealer = createSealer({ secret, sender: fencing.node, purpose }, options.random);
  const opener = createOpener({ secret, sender: fencing.peer.node, purpose });
  const left = new Map<string, number>(
    [...terms.keys()].map((group) => [group, supervisorLimits.fencedAnswers]),
  );
  const done = new AbortController();
  const ending = AbortSignal.any([signal, done.signal]);

  const socket = await options.udp.open({
    ...fencing.listen,
    onDatagram(bytes) {
      const opened = opener.open(bytes);
      if (opened === undefined || opened.isOld) return;
      const decoded = decodeMessage(opened.plain);
      if (decoded === undefined || decoded.message.body.kind !== 'heartbeat') return;
      const { header } = decoded.message;
      const term = terms.get(decoded.group);
      if (term === undefined || header.generation !== fencing.generation) return;
      const { generation, node, boot } = fencing;
      const answer = encodeMessage(decoded.group, {
        header: { generation, node, boot, connection: 0, seq: 0 },
        body: { kind: 'fenced', boot, term, toBoot: header.boot, seq: header.seq },
      });
      const { address, port } = fencing.peer;
      socket.send(sealer.seal(answer), { address, port }).catch(() => undefined);
      const before = left.get(decoded.group) ?? 0;
      if (before > 1) left.set(decoded.group, before - 1);
      else left.delete(decoded.group);
      if (left.size === 0) done.abort();
    },
    onFault: () => done.abort(),
  });
  try {
    await sleep(clock, supervisorLimits.fencedMs, ending).catch(() => undefined);
  } finally {
    await socket.close();
  }
}
