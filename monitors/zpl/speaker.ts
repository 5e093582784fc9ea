// One document on a Zebra printer: ~HS tells its troubles and what is left to print.
import type { DeviceReason } from '../contract.ts';
import type { Speaker, SpeakerStatus, SpeakerVerdict } from '../language/speaker.ts';
import { zplAskHostStatus, type ZplHostStatus, ZplReplyReader } from '../wire/zpl/host-status.ts';

export const zplTimes = {
  questionMs: 1_000,
  /** So many answers in turn say that nothing is left. */
  cleanAnswers: 2,
  /** Some printers do not answer while they are out of media or their head is open. */
  silentMs: 5_000,
} as const;

export function createZplSpeaker(): Speaker {
  return new ZplSpeaker();
}

class ZplSpeaker implements Speaker {
  readonly #reader = new ZplReplyReader();
  #reasons: readonly DeviceReason[] = [];
  #busy = true;
  #closed = false;
  #cleanAnswers = 0;
  #heardAtMs: number | undefined;
  #silent = false;

  opening(): Uint8Array {
    return zplAskHostStatus;
  }

  closing(): Uint8Array {
    this.#closed = true;
    return zplAskHostStatus;
  }

  question(): Uint8Array {
    return zplAskHostStatus;
  }

  hear(bytes: Uint8Array, nowMs: number): boolean {
    let understood = false;
    for (const reply of this.#reader.push(bytes)) {
      if (reply.kind !== 'host-status') continue;
      understood = true;
      this.#heardAtMs = nowMs;
      this.#silent = false;
      this.#take(reply.status);
    }
    return understood;
  }

  status(): SpeakerStatus {
    if (this.#silent) {
      const message = 'the printer does not answer: look at media, ribbon and head';
      return { reasons: [{ keyword: 'timed-out', severity: 'warning' }], message, busy: true };
    }
    return { reasons: this.#reasons, message: undefined, busy: this.#busy };
  }

  verdict(nowMs: number): SpeakerVerdict {
    if (this.#cleanAnswers >= zplTimes.cleanAnswers) return 'printed';
    const heardAtMs = this.#heardAtMs ?? nowMs;
    if (nowMs - heardAtMs >= zplTimes.silentMs) this.#silent = true;
    return 'waiting';
  }

  #take(status: ZplHostStatus): void {
    this.#reasons = reasonsOf(status);
    const left = status.labelsLeft > 0 || status.waitingFormats > 0 || status.partialFormat;
    this.#busy = left;
    const stopped = this.#reasons.some(({ severity }) => severity === 'error');
    this.#cleanAnswers = this.#closed && !left && !stopped ? this.#cleanAnswers + 1 : 0;
  }
}

function reasonsOf(status: ZplHostStatus): readonly DeviceReason[] {
  const found: readonly (readonly [boolean, DeviceReason['keyword'], DeviceReason['severity']])[] =
    [
      [status.paperOut, 'media-empty', 'error'],
      [status.ribbonOut, 'marker-supply-empty', 'error'],
      [status.headUp, 'cover-open', 'error'],
      [status.paused, 'paused', 'error'],
      [status.overTemperature, 'fuser-over-temp', 'warning'],
      [status.underTemperature, 'fuser-under-temp', 'warning'],
      [status.labelWaiting, 'output-area-full', 'report'],
    ];
  return found.flatMap(([isSo, keyword, severity]) => (isSo ? [{ keyword, severity }] : []));
}
