// One document on a receipt printer: DLE EOT tells its troubles, a process mark the end.
import type { DeviceReason, DocInfo } from '../contract.ts';
import { stopsJobs } from '../device-status.ts';
import type { Speaker, SpeakerStatus, SpeakerVerdict } from '../language/speaker.ts';
import {
  type EscposReply,
  EscposReplyReader,
  type EscposStatus,
  type EscposTopic,
  escposAsk,
  escposProcessMark,
} from '../wire/escpos/status.ts';

export const escposTimes = {
  questionMs: 1_000,
  /** A printer that is well for so long after the last byte has no process marks. */
  wellMs: 5_000,
} as const;

const topics = ['printer', 'offline', 'error', 'paper'] as const;
const noBytes = new Uint8Array(0);

export function createEscposSpeaker(doc: DocInfo): Speaker {
  return new EscposSpeaker(String(Math.abs(doc.jobId) % 10_000).padStart(4, '0'));
}

class EscposSpeaker implements Speaker {
  readonly #mark: string;
  readonly #reader = new EscposReplyReader();
  readonly #statuses = new Map<EscposTopic, EscposStatus>();
  #reasons: readonly DeviceReason[] = [];
  #closed = false;
  #processed = false;
  #wellSinceMs: number | undefined;
  #answers = 0;
  #unknownOctets = 0;

  constructor(mark: string) {
    this.#mark = mark;
  }

  opening(): Uint8Array {
    return this.#ask();
  }

  closing(): Uint8Array {
    this.#closed = true;
    return Buffer.concat([escposProcessMark(this.#mark), this.#ask()]);
  }

  question(): Uint8Array {
    return this.#ask();
  }

  hear(bytes: Uint8Array, nowMs: number): boolean {
    let understood = false;
    for (const reply of this.#reader.push(bytes)) {
      this.#take(reply, nowMs);
      if (reply.kind !== 'unknown') understood = true;
    }
    return understood;
  }

  status(): SpeakerStatus {
    return { reasons: this.#reasons, message: undefined, busy: !this.#processed };
  }

  verdict(nowMs: number): SpeakerVerdict {
    if (this.#processed) return 'printed';
    const wellSinceMs = this.#wellSinceMs ?? nowMs;
    return nowMs - wellSinceMs >= escposTimes.wellMs ? 'no-more-words' : 'waiting';
  }

  #ask(): Uint8Array {
    for (const topic of topics) this.#reader.asked(topic);
    return Buffer.concat([noBytes, ...topics.map(escposAsk)]);
  }

  #take(reply: EscposReply, nowMs: number): void {
    if (reply.kind === 'process') {
      if (this.#closed && reply.id === this.#mark) this.#processed = true;
      return;
    }
    if (reply.kind === 'unknown') {
      this.#unknownOctets += reply.octets;
    } else {
      this.#answers += 1;
      this.#statuses.set(reply.topic, reply.status);
    }
    if (this.#answers > 0) {
      // One octet in eight looks like an answer: whoever babbles is not believed.
      const isBabble = this.#unknownOctets > this.#answers;
      this.#reasons = isBabble ? [] : reasonsOf(Object.assign({}, ...this.#statuses.values()));
      const isWell = this.#closed && !stopsJobs(this.#reasons);
      this.#wellSinceMs = isWell ? (this.#wellSinceMs ?? nowMs) : undefined;
    }
  }
}

function reasonsOf(status: EscposStatus): readonly DeviceReason[] {
  const broken = status.cutterError === true || status.unrecoverable === true;
  const rows: readonly (readonly [
    boolean | undefined,
    DeviceReason['keyword'],
    DeviceReason['severity'],
  ])[] = [
    [status.paperOut === true || status.paperStop === true, 'media-empty', 'error'],
    [status.coverOpen, 'cover-open', 'error'],
    [broken || status.errorOccurred === true, 'other', 'error'],
    [status.paperLow === true && status.paperOut !== true, 'media-low', 'report'],
  ];
  const found = rows.flatMap(([isSo, keyword, severity]) =>
    isSo === true ? [{ keyword, severity }] : [],
  );
  const explained = found.some(({ severity }) => severity === 'error');
  if (status.offline !== true || explained) return found;
  return [...found, { keyword: 'offline-report', severity: 'error' }];
}
