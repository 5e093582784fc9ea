// What the clients of one run do, and what they heard.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../bench/random.ts';
import { type CrashDocument, makeDocument } from './documents.ts';
import type { SentDocument } from './verdict.ts';

const pollMs = 25;

export class Load {
  readonly documents: SentDocument[] = [];
  readonly completed = new Set<string>();
  onAcknowledged: () => void = () => {};
  #stopped = false;

  stop(): void {
    this.#stopped = true;
  }

  async client(
    door: string,
    stem: string,
    random: SeededRandom,
    send: (document: CrashDocument) => Promise<boolean>,
  ): Promise<void> {
    for (let count = 1; !this.#stopped; count += 1) {
      const document = makeDocument(`${stem}-${count}`, random);
      const heard = await send(document).catch(() => false);
      // The kernel ends a killed process's connections in order, which on a raw port looks as an
      // acknowledgement does: one that comes after the kill tells nothing.
      const acknowledged = heard && !(door === 'raw' && this.#stopped);
      const { id, digest } = document;
      this.documents.push({ id, digest, door, acknowledged, bytes: document.bytes.length });
      if (acknowledged) this.onAcknowledged();
      else await sleep(pollMs);
    }
  }

  /** Until the appliance answers no more. */
  async repeat(work: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      await work().catch(() => undefined);
      await sleep(pollMs);
    }
  }

  /** What is shown as completed, until the appliance answers no more. */
  async watch(ask: () => Promise<readonly string[]>): Promise<void> {
    while (!this.#stopped) {
      const digests = await ask().catch(() => []);
      for (const digest of digests) this.completed.add(digest);
      await sleep(pollMs);
    }
  }
}
