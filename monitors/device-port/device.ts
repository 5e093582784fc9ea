// What a port of this box writes to, and what one kind of them says of its own ways.
import type { HalError } from '../../hal/errors.ts';
import type {
  DeviceReason,
  DocInfo,
  JsonValue,
  PortOutcome,
  StartDocOutcome,
} from '../contract.ts';

/** Why a device takes nothing just now. */
export interface Hindrance {
  readonly reasons: readonly DeviceReason[];
  readonly message: string;
}

/** One open device. */
export interface PortDevice {
  /**
   * Resolves with how many of the first bytes the device has taken, 0 where it takes nothing now.
   * It may stay under way for as long as the device holds; `discard` and `close` end it.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** What the device says: at least one byte, or undefined where it will never say more. */
  readonly read?: () => Promise<Uint8Array | undefined>;
  /** Asked when nothing was taken for a while; undefined: it does not know, or all is well. */
  readonly askHindrance?: () => Promise<Hindrance | undefined>;
  /** Asked before an open device is used again; undefined: nothing can be known before a write. */
  readonly isThere?: () => Promise<boolean>;
  /** GetPrinterDataFromPort; undefined where the name is unknown. */
  readonly askData?: (name: string) => Promise<JsonValue | undefined>;
  /** All bytes were taken: does what makes an end of the document. */
  finish(signal: AbortSignal): Promise<Pick<PortOutcome, 'outcome' | 'reasons' | 'message'>>;
  /** Ends what is under way, lets the device forget the document, and closes. Never fails. */
  discard(): Promise<void>;
  /** Never fails. */
  close(): Promise<void>;
}

/** A start that did not come about. */
export type NotStarted = Exclude<StartDocOutcome, { readonly kind: 'started' }>;

export type DeviceOpened = { readonly kind: 'opened'; readonly device: PortDevice } | NotStarted;

/** One kind of port. */
export interface DeviceKind<Settings> {
  /** Failures of the machine are handed to `notStarted`. */
  readonly open: (
    settings: Settings,
    doc: DocInfo | undefined,
    signal: AbortSignal,
  ) => Promise<DeviceOpened>;
  readonly notStarted: (error: HalError, settings: Settings) => NotStarted;
  /** How long a write may be without progress before the port says that it waits. */
  readonly writeTimeoutMs: (settings: Settings) => number;
  /** After the first bytes of an answer more are waited for, until a gap of this length. */
  readonly readIntervalMs?: number;
  /** The most that is handed over at once: what may be in doubt when a device breaks off. */
  readonly chunkBytes: number;
  /** How long one that takes nothing is left alone at most, where that is not the usual time. */
  readonly retryLastMs?: number;
  /** A device stays open between documents, so that the next one starts at once. */
  readonly keepsOpen: boolean;
  /** GetPrinterDataFromPort of the device that the settings name, whether it is open or not. */
  readonly askData?: (name: string, settings: Settings) => Promise<JsonValue | undefined>;
  /** A failed write that took no byte and may be tried again; undefined: the device broke off. */
  readonly hindranceOf?: (error: HalError) => Hindrance | undefined;
  /** What is said of a device that takes nothing and gives no reason. */
  readonly silence: Hindrance;
}
