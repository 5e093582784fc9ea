// What a printer answers in PJL: cut into replies at form feeds, and read; unknown ones are data.
import { pjlLimits } from './limits.ts';

export interface PjlStatus {
  /** CODE: 10001 ready, 40010 no toner … */
  readonly code: number | undefined;
  /** DISPLAY: the control panel's text. */
  readonly display: string | undefined;
  readonly online: boolean | undefined;
}

export type PjlReply =
  | ({ readonly kind: 'status'; readonly source: 'device' | 'timed' | 'info' } & PjlStatus)
  | {
      readonly kind: 'job';
      readonly event: 'start' | 'end' | 'canceled';
      readonly name: string | undefined;
      readonly pages: number | undefined;
    }
  | { readonly kind: 'page'; readonly page: number | undefined }
  /** Anything else, for a log: shortened, without control characters. */
  | { readonly kind: 'unknown'; readonly text: string };

const formFeed = 0x0c;

/** Octets in, complete replies out; holds one reply at most, and drops a longer one. */
export class PjlReplyReader {
  #held: Uint8Array[] = [];
  #heldOctets = 0;
  #dropping = false;

  push(chunk: Uint8Array): readonly PjlReply[] {
    const replies: PjlReply[] = [];
    let rest = chunk;
    for (let end = rest.indexOf(formFeed); end >= 0; end = rest.indexOf(formFeed)) {
      this.#keep(rest.subarray(0, end));
      replies.push(this.#complete());
      rest = rest.subarray(end + 1);
    }
    this.#keep(rest);
    return replies;
  }

  #keep(part: Uint8Array): void {
    if (this.#heldOctets + part.length > pjlLimits.replyOctets) {
      this.#held = [];
      this.#heldOctets = 0;
      this.#dropping = true;
    } else if (!this.#dropping && part.length > 0) {
      this.#held.push(part.slice());
      this.#heldOctets += part.length;
    }
  }

  #complete(): PjlReply {
    const dropped = this.#dropping;
    const text = Buffer.concat(this.#held, this.#heldOctets).toString('latin1');
    this.#held = [];
    this.#heldOctets = 0;
    this.#dropping = false;
    return dropped ? { kind: 'unknown', text: 'a reply that is too long' } : readReply(text);
  }
}

function readReply(text: string): PjlReply {
  // What lies before @PJL is the end of something that was cut, or noise.
  const start = text.lastIndexOf('@PJL');
  const lines = text
    .slice(Math.max(0, start))
    .split(/\r?\n/)
    .slice(0, pjlLimits.replyLines)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [head = '', ...body] = lines;
  const heading = /^@PJL\s+(USTATUS|INFO)\s+(\w+)/i.exec(head);
  const topic = `${heading?.[1]} ${heading?.[2]}`.toUpperCase();
  switch (topic) {
    case 'USTATUS DEVICE':
      return { kind: 'status', source: 'device', ...readStatus(body) };
    case 'USTATUS TIMED':
      return { kind: 'status', source: 'timed', ...readStatus(body) };
    case 'INFO STATUS':
      return { kind: 'status', source: 'info', ...readStatus(body) };
    case 'USTATUS JOB':
      return readJob(body, text);
    case 'USTATUS PAGE':
      return { kind: 'page', page: numberOf(body[0]) };
    default:
      return unknown(text);
  }
}

function readStatus(body: readonly string[]): PjlStatus {
  const online = valueOf(body, 'ONLINE')?.toUpperCase();
  return {
    code: numberOf(valueOf(body, 'CODE')),
    display: valueOf(body, 'DISPLAY'),
    online: online === 'TRUE' ? true : online === 'FALSE' ? false : undefined,
  };
}

function readJob(body: readonly string[], text: string): PjlReply {
  const word = body[0]?.toUpperCase();
  const event = word === 'CANCELLED' ? 'CANCELED' : word;
  if (event !== 'START' && event !== 'END' && event !== 'CANCELED') return unknown(text);
  return {
    kind: 'job',
    event: event === 'START' ? 'start' : event === 'END' ? 'end' : 'canceled',
    name: valueOf(body, 'NAME'),
    pages: numberOf(valueOf(body, 'PAGES')),
  };
}

function valueOf(body: readonly string[], key: string): string | undefined {
  for (const line of body) {
    const at = line.indexOf('=');
    if (at > 0 && line.slice(0, at).trim().toUpperCase() === key) {
      return shown(
        line
          .slice(at + 1)
          .trim()
          .replaceAll(/^"|"$/g, ''),
      );
    }
  }
  return undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function unknown(text: string): PjlReply {
  return { kind: 'unknown', text: shown(text) };
}

function shown(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, pjlLimits.valueLength);
}
