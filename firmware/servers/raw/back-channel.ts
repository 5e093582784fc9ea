// What a device says while it gets a raw client's document, on its way back to that client. The
// printing never waits for it: a client that does not read loses words.
import type { Clock, TcpConnection } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { abortable, startDeadline } from '../../../hal/time.ts';
import type { Straight } from '../../intake/contract.ts';

export interface BackChannel extends Straight {
  /** Resolves once the device is done and its words are on their way, or after the time. */
  settled(): Promise<void>;
}

export function createBackChannel(options: {
  readonly connection: Pick<TcpConnection, 'write'>;
  readonly clock: Clock;
  readonly limits: { readonly backChannelBytes: number; readonly lastWordsMs: number };
}): BackChannel {
  const { connection, clock, limits } = options;
  const ended = Promise.withResolvers<void>();
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;
  let isGone = false;

  const writeAll = async (): Promise<void> => {
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await connection.write(next);
        waitingBytes -= next.length;
      }
    } catch (error) {
      if (!isHalError(error)) throw error;
      // Who broke off is found out by whoever reads its document.
      isGone = true;
      waiting.length = 0;
    } finally {
      isWriting = false;
    }
  };

  return {
    onWords(bytes) {
      if (isGone || waitingBytes + bytes.length > limits.backChannelBytes) return;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (isWriting) return;
      isWriting = true;
      writing = writeAll();
    },
    onEnd: () => ended.resolve(),
    async settled() {
      using deadline = startDeadline(clock, limits.lastWordsMs);
      await abortable(
        ended.promise.then(() => writing),
        deadline.signal,
      ).catch(() => undefined);
    },
  };
}
