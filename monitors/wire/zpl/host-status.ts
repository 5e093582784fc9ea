// Zebra's host status: ~HS and the three strings that answer it (ZPL II Programming Guide, ~HS).

export interface ZplHostStatus {
  readonly paperOut: boolean;
  readonly paused: boolean;
  readonly headUp: boolean;
  readonly ribbonOut: boolean;
  readonly bufferFull: boolean;
  readonly overTemperature: boolean;
  readonly underTemperature: boolean;
  /** Formats that the receive buffer holds. */
  readonly waitingFormats: number;
  /** A format began and did not end yet. */
  readonly partialFormat: boolean;
  readonly labelsLeft: number;
  /** Peeled off, and not taken yet. */
  readonly labelWaiting: boolean;
}

export type ZplReply =
  | { readonly kind: 'host-status'; readonly status: ZplHostStatus }
  /** Octets that are no host status, for a log. */
  | { readonly kind: 'unknown'; readonly octets: number };

/** Answered at once, whatever is in the buffer. Never inside a document: not in a graphic. */
export const zplAskHostStatus: Uint8Array = Buffer.from('~HS\r\n', 'latin1');

export const zplLimits = {
  /** One string is at most 40 octets; anything longer is none. */
  frameOctets: 256,
} as const;

const startOfText = 0x02;
const endOfText = 0x03;

/** Octets in, replies out, as they are complete; holds three short strings at most. */
export class ZplReplyReader {
  #frame: number[] | undefined;
  #strings: string[] = [];
  #unknownOctets = 0;

  push(chunk: Uint8Array): readonly ZplReply[] {
    const replies: ZplReply[] = [];
    for (const octet of chunk) {
      const status = this.#take(octet);
      if (status !== undefined) replies.push({ kind: 'host-status', status });
    }
    if (this.#unknownOctets > 0) replies.push({ kind: 'unknown', octets: this.#unknownOctets });
    this.#unknownOctets = 0;
    return replies;
  }

  #take(octet: number): ZplHostStatus | undefined {
    if (octet === startOfText) {
      this.#frame = [];
    } else if (this.#frame === undefined) {
      if (octet !== 0x0d && octet !== 0x0a) this.#unknownOctets += 1;
    } else if (octet === endOfText) {
      const text = String.fromCharCode(...this.#frame);
      this.#frame = undefined;
      return this.#string(text);
    } else if (this.#frame.length >= zplLimits.frameOctets) {
      this.#unknownOctets += this.#frame.length + 1;
      this.#frame = undefined;
    } else {
      this.#frame.push(octet);
    }
    return undefined;
  }

  /** The strings are told apart by their number of fields: 12, 11 and 2. */
  #string(text: string): ZplHostStatus | undefined {
    const fields = text.split(',').length;
    const place = this.#strings.length;
    const isNext = fields === [12, 11, 2][place];
    if (!isNext) {
      this.#unknownOctets += text.length;
      this.#strings = fields === 12 ? [text] : [];
      return undefined;
    }
    this.#strings.push(text);
    if (place < 2) return undefined;
    const [one = '', two = ''] = this.#strings;
    this.#strings = [];
    const status = readHostStatus(one.split(','), two.split(','));
    if (status === undefined) this.#unknownOctets += one.length + two.length;
    return status;
  }
}

function readHostStatus(one: readonly string[], two: readonly string[]): ZplHostStatus | undefined {
  const numbers = [...one, ...two].map((field) =>
    /^\s*\d{1,8}\s*$/.test(field) ? Number(field) : undefined,
  );
  if (numbers.includes(undefined)) return undefined;
  const at = (index: number): number => numbers[index] ?? 0;
  const isSet = (index: number): boolean => at(index) !== 0;
  return {
    paperOut: isSet(1),
    paused: isSet(2),
    waitingFormats: at(4),
    bufferFull: isSet(5),
    partialFormat: isSet(7),
    underTemperature: isSet(10),
    overTemperature: isSet(11),
    headUp: isSet(14),
    ribbonOut: isSet(15),
    labelWaiting: isSet(19),
    labelsLeft: at(20),
  };
}
