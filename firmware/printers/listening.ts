// Hears a device while a document is on its port, for whoever sends that document. Nothing waits
// for it: not the document, and not the next one.
import type { Clock } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { printingLimits as limits } from '../limits/printing-limits.ts';
import type { HostedPort } from '../spooler/hosted-port.ts';

/** What comes back ends it, and asks once more for what was said meanwhile. */
export function listenTo(options: {
  readonly port: Pick<HostedPort, 'read'>;
  readonly clock: Clock;
  readonly onWords?: ((bytes: Uint8Array) => void) | undefined;
}): () => Promise<void> {
  const { port, clock, onWords } = options;
  if (onWords === undefined) return async () => {};
  const life = new AbortController();

  /** False: it can't be heard any more. */
  const hear = async (signal: AbortSignal): Promise<boolean> => {
    const startMs = clock.monotonicMs();
    const heard = await port.read(limits.wordsBytes, signal);
    if (heard.kind !== 'returned') return false;
    if (heard.value.length > 0) onWords(heard.value);
    else if (clock.monotonicMs() - startMs < limits.wordsPauseMs) {
      // Not all monitors wait for the device to say something.
      await sleep(clock, limits.wordsPauseMs, signal).catch(() => undefined);
    }
    return true;
  };

  const listen = async () => {
    while (!life.signal.aborted && (await hear(life.signal)));
  };
  const listening = listen();
  return async () => {
    life.abort();
    await listening;
    const last = await port.read(limits.wordsBytes, AbortSignal.abort());
    if (last.kind === 'returned' && last.value.length > 0) onWords(last.value);
  };
}
