// One document on a printer that speaks PJL: USTATUS tells its troubles and the end of the job.
import type { DeviceReason, DocInfo } from '../contract.ts';
import { stopsJobs } from '../device-status.ts';
import type { Speaker, SpeakerStatus, SpeakerVerdict } from '../language/speaker.ts';
import { pjlBusy, pjlCondition } from '../wire/pjl/codes.ts';
import { pjlAskStatus, pjlJobEnd, pjlJobStart } from '../wire/pjl/commands.ts';
import { type PjlReply, PjlReplyReader, type PjlStatus } from '../wire/pjl/replies.ts';

export const pjlTimes = {
  /** How often the printer tells its status unasked, while it has a job. */
  timedSeconds: 10,
  questionMs: 10_000,
  /** A printer that is ready for so long after a job has said all that it says. */
  readyMs: 30_000,
} as const;

export function createPjlSpeaker(doc: DocInfo): Speaker {
  return new PjlSpeaker(`platen ${doc.jobId} ${doc.jobUuid.slice(0, 8)}`);
}

class PjlSpeaker implements Speaker {
  readonly #jobName: string;
  readonly #reader = new PjlReplyReader();
  #status: SpeakerStatus = { reasons: [], message: undefined, busy: true };
  #end: 'printed' | 'cancelled' | undefined;
  #pages: number | undefined;
  #closed = false;
  /** Since when it has been ready, after the last byte. */
  #readySinceMs: number | undefined;

  constructor(jobName: string) {
    this.#jobName = jobName;
  }

  opening(): Uint8Array {
    return pjlJobStart(this.#jobName, pjlTimes.timedSeconds);
  }

  closing(): Uint8Array {
    this.#closed = true;
    return pjlJobEnd(this.#jobName);
  }

  question(): Uint8Array {
    return pjlAskStatus();
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
    return this.#status;
  }

  pages(): number | undefined {
    return this.#pages;
  }

  verdict(nowMs: number): SpeakerVerdict {
    if (this.#end !== undefined) return this.#end;
    const readySinceMs = this.#readySinceMs ?? nowMs;
    return nowMs - readySinceMs >= pjlTimes.readyMs ? 'no-more-words' : 'waiting';
  }

  #take(reply: PjlReply, nowMs: number): void {
    if (reply.kind === 'status') return this.#takeStatus(reply, nowMs);
    if (reply.kind !== 'job' || reply.event === 'start') return;
    // A job inside the document has a name of its own; some printers leave the name out.
    if (reply.name !== undefined && reply.name !== this.#jobName) return;
    if (reply.event === 'canceled') this.#end = 'cancelled';
    else if (this.#closed) {
      this.#end ??= 'printed';
      this.#pages = reply.pages ?? this.#pages;
    }
  }

  #takeStatus({ code, display, online }: PjlStatus, nowMs: number): void {
    const reasons = reasonsOf(code, online);
    const busy = code === undefined ? undefined : pjlBusy(code);
    const isReady = this.#closed && busy === false && !stopsJobs(reasons);
    this.#readySinceMs = isReady ? (this.#readySinceMs ?? nowMs) : undefined;
    this.#status = {
      reasons,
      message: reasons.length === 0 ? undefined : display,
      busy: busy ?? this.#status.busy,
    };
  }
}

function reasonsOf(code: number | undefined, online: boolean | undefined): readonly DeviceReason[] {
  const condition = code === undefined ? undefined : pjlCondition(code);
  if (condition !== undefined) {
    return [{ keyword: condition.trouble, severity: condition.severity }];
  }
  return online === false ? [{ keyword: 'offline-report', severity: 'warning' }] : [];
}
