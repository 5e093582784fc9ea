// What a language monitor knows of one document at one device: a state that bytes and time change.
import type { DeviceReason, DocInfo } from '../contract.ts';

/** How a document stands, as far as the device's words tell. */
export type SpeakerVerdict =
  /** The device confirmed the last page. */
  | 'printed'
  /** A person ended it at the device. */
  | 'cancelled'
  /** It works on it, or waits for somebody. */
  | 'waiting'
  /** It is well, idle, and will say no more. */
  | 'no-more-words';

export interface SpeakerStatus {
  readonly reasons: readonly DeviceReason[];
  readonly message: string | undefined;
  readonly busy: boolean;
}

/**
 * One document in a device's language. Nothing of it does I/O or knows a clock: times are
 * Clock.monotonicMs. No bytes of a device make it throw.
 */
export interface Speaker {
  /** Sent before the document. */
  opening(nowMs: number): Uint8Array;
  /** Sent after it. */
  closing(nowMs: number): Uint8Array;
  /** Sent again and again after that, until there is a verdict. */
  question(nowMs: number): Uint8Array;
  /** Whether anything in it was understood. */
  hear(bytes: Uint8Array, nowMs: number): boolean;
  status(): SpeakerStatus;
  /** What the device counted of the document, where it says so. */
  pages?(): number | undefined;
  /** Asked after the closing. */
  verdict(nowMs: number): SpeakerVerdict;
}

export interface LanguageKind {
  /** Of the module: `pjl`. */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  /** Names in a device ID's CMD that mean this language, in upper case. */
  readonly commandSets: readonly string[];
  /** From one question to the next. */
  readonly questionMs: number;
  readonly createSpeaker: (doc: DocInfo) => Speaker;
}
