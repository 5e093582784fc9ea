// ESC/POS real-time status and process identifiers (Epson ESC/POS: DLE EOT, GS ( H).

/** n of DLE EOT: printer, cause of offline, cause of error, paper sensors. */
export const escposTopics = { printer: 1, offline: 2, error: 3, paper: 4 } as const;

export type EscposTopic = keyof typeof escposTopics;

export interface EscposStatus {
  readonly offline?: boolean;
  readonly coverOpen?: boolean;
  readonly feedButton?: boolean;
  readonly paperStop?: boolean;
  readonly errorOccurred?: boolean;
  readonly cutterError?: boolean;
  readonly unrecoverable?: boolean;
  readonly autoRecoverable?: boolean;
  readonly paperLow?: boolean;
  readonly paperOut?: boolean;
}

export type EscposReply =
  | { readonly kind: 'status'; readonly topic: EscposTopic; readonly status: EscposStatus }
  /** Everything before the identifier's command was processed. */
  | { readonly kind: 'process'; readonly id: string }
  | { readonly kind: 'unknown'; readonly octets: number };

const dle = 0x10;
const eot = 0x04;
const group = 0x1d;

/** Answered at once, offline too. Never inside a document: it may lie in an image. */
export function escposAsk(topic: EscposTopic): Uint8Array {
  return Uint8Array.of(dle, eot, escposTopics[topic]);
}

/** GS ( H, function 48: answered with the four characters once all before it is processed. */
export function escposProcessMark(id: string): Uint8Array {
  if (!/^[ -~]{4}$/.test(id)) throw new Error(`${JSON.stringify(id)} is no process identifier`);
  return Uint8Array.of(group, 0x28, 0x48, 6, 0, 48, 48, ...Buffer.from(id, 'latin1'));
}

/** How many unanswered questions are remembered; more, and the oldest was never answered. */
const mostPending = 16;
const processHeader = [0x37, 0x22] as const;
const processLength = 7;

/**
 * Octets in, replies out. An answer to DLE EOT does not say to which question it is: they come in
 * the order of the questions, which `asked` tells.
 */
export class EscposReplyReader {
  #pending: EscposTopic[] = [];
  #held: number[] = [];

  asked(topic: EscposTopic): void {
    this.#pending.push(topic);
    if (this.#pending.length > mostPending) this.#pending.shift();
  }

  /** Questions from before are not answered any more. */
  reset(): void {
    this.#pending = [];
    this.#held = [];
  }

  push(chunk: Uint8Array): readonly EscposReply[] {
    const replies: EscposReply[] = [];
    let unknownOctets = 0;
    for (const octet of chunk) {
      const reply = this.#take(octet);
      if (reply === 'unknown') unknownOctets += 1;
      else if (reply !== 'held') replies.push(reply);
    }
    if (unknownOctets > 0) replies.push({ kind: 'unknown', octets: unknownOctets });
    return replies;
  }

  #take(octet: number): EscposReply | 'unknown' | 'held' {
    this.#held.push(octet);
    const [header] = processHeader;
    if (this.#held[0] === header) {
      const wrong = this.#held.length === 2 && octet !== processHeader[1];
      if (!wrong && this.#held.length < processLength) return 'held';
      const whole = this.#held;
      this.#held = [];
      if (wrong) return 'unknown';
      const id = String.fromCharCode(...whole.slice(2, 6)).replaceAll(/[^ -~]/g, '?');
      return { kind: 'process', id };
    }
    this.#held = [];
    // Bits 0, 1, 4 and 7 are fixed in every answer to DLE EOT: 0xx1xx10.
    const topic = (octet & 0x93) === 0x12 ? this.#pending.shift() : undefined;
    if (topic === undefined) return 'unknown';
    return { kind: 'status', topic, status: readers[topic](octet) };
  }
}

const readers: Readonly<Record<EscposTopic, (octet: number) => EscposStatus>> = {
  printer: (octet) => ({ offline: (octet & 0x08) !== 0 }),
  offline: (octet) => ({
    coverOpen: (octet & 0x04) !== 0,
    feedButton: (octet & 0x08) !== 0,
    paperStop: (octet & 0x20) !== 0,
    errorOccurred: (octet & 0x40) !== 0,
  }),
  error: (octet) => ({
    cutterError: (octet & 0x08) !== 0,
    unrecoverable: (octet & 0x20) !== 0,
    autoRecoverable: (octet & 0x40) !== 0,
  }),
  paper: (octet) => ({ paperLow: (octet & 0x0c) !== 0, paperOut: (octet & 0x60) !== 0 }),
};
