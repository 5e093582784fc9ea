// What two appliances say to each other while they pair: JSON lines inside TLS in which both have
// proven their keys, and nothing more.
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { HalError } from '../../hal/errors.ts';
import { abortable } from '../../hal/time.ts';
import { pairLimits } from '../limits/pair-limits.ts';

export const pairingProtocol = 'platen-pairing/1';
export const channelProtocol = 'platen-pair/1';

const bytes = z
  .base64()
  .max(2_048)
  .transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64')));
const port = z.int().min(1).max(65_535);

/** What each says of itself; its key is the one that it proved in TLS. */
const aboutSelf = {
  nodeId: z.uuid(),
  generation: z.int().min(0),
  name: z.string().max(255),
  beatPort: port,
  channelPort: port,
};

const pairingMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), sessionId: bytes, share: bytes, ...aboutSelf }),
  z.object({ kind: z.literal('answer'), share: bytes, ...aboutSelf }),
  z.object({ kind: z.literal('proof'), proof: bytes }),
  z.object({ kind: z.literal('paired'), proof: bytes }),
  z.object({ kind: z.literal('refused'), message: z.string().max(1_000) }),
  /** What am I to you? */
  z.object({ kind: z.literal('who'), nodeId: z.uuid() }),
  z.object({ kind: z.literal('relation'), relation: z.enum(['peer', 'unpaired', 'cloned']) }),
]);

export type PairingMessage = z.output<typeof pairingMessage>;

export interface PairingLine {
  send(message: PairingMessage): void;
  /** Undefined: the other end has gone, or speaks otherwise. */
  receive(signal: AbortSignal): Promise<PairingMessage | undefined>;
  close(): void;
}

export function createPairingLine(socket: TLSSocket): PairingLine {
  let text = '';
  let ended = false;
  let wake = () => {};
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > pairLimits.pairingLineBytes) socket.destroy();
    wake();
  });
  socket.on('close', () => {
    ended = true;
    wake();
  });
  return {
    send(message) {
      const plain = Object.entries(message).map(([name, value]) => [
        name,
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      ]);
      if (!socket.destroyed) socket.write(`${JSON.stringify(Object.fromEntries(plain))}\n`);
    },
    async receive(signal) {
      for (;;) {
        const at = text.indexOf('\n');
        if (at >= 0) {
          const line = text.slice(0, at);
          text = text.slice(at + 1);
          return readPairingLine(line);
        }
        if (ended) return undefined;
        const woken = Promise.withResolvers<void>();
        wake = woken.resolve;
        try {
          await abortable(woken.promise, signal);
        } catch (error) {
          if (error instanceof HalError) return undefined;
          throw error;
        }
      }
    },
    close: () => void socket.end(),
  };
}

/** Undefined for what is no message. */
export function readPairingLine(line: string): PairingMessage | undefined {
  try {
    const parsed = pairingMessage.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
