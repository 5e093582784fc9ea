// Takes the bytes of one file as a connection lends them: gathered into two buffers in turn, so
// that one fills while the other is hashed and written.
import type { Hash } from 'node:crypto';
import type { OpenFile } from '../../hal/contract.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import type { ManifestFile } from '../queue-files/manifest.ts';
import type { ContentSink } from './content-connection.ts';
import { ClientError } from './contract.ts';
import type { ResponseHead } from './response-head.ts';
import { refusalOf } from './session.ts';

/** Counts what came over the network. */
export interface Meter {
  bytes: number;
}

/** Two, for one download at a time after another: new ones for each would be waste. */
export type GatheringBuffers = readonly [Buffer, Buffer];

export function gatheringBuffers(): GatheringBuffers {
  const sizeBytes = limits.writeBytes + limits.lentBytes;
  return [Buffer.allocUnsafeSlow(sizeBytes), Buffer.allocUnsafeSlow(sizeBytes)];
}

export interface GatheringOptions {
  readonly file: ManifestFile;
  readonly partial: OpenFile;
  readonly hash: Hash;
  /** What is there already, and hashed. */
  readonly fromBytes: number;
  readonly meter: Meter;
  readonly buffers: GatheringBuffers;
  /** The connection may go on. */
  readonly resume: () => void;
  /** The connection is not wanted any more. */
  readonly drop: () => void;
}

export class Gathering implements ContentSink {
  readonly #options: GatheringOptions;
  #filling: Buffer;
  #heldBytes = 0;
  /** Undefined while it is written. */
  #spare: Buffer | undefined;
  #takenBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #refusal: { readonly status: number; readonly parts: Uint8Array[] } | undefined;

  constructor(options: GatheringOptions) {
    this.#options = options;
    [this.#filling, this.#spare] = options.buffers;
  }

  begin({ status, lengthBytes }: ResponseHead): void {
    const { file, fromBytes } = this.#options;
    if (status !== 200 && status !== 206) {
      // In whatever words: the status says enough.
      if (lengthBytes > limits.answerBytes) throw refusalOf(status, undefined);
      this.#refusal = { status, parts: [] };
      return;
    }
    if (fromBytes > 0 && status === 200) throw new NotGoneOnError();
    if (lengthBytes > file.sizeBytes - fromBytes) throw tooMuch(file);
  }

  take(bytes: Uint8Array): boolean {
    if (this.#refusal !== undefined) {
      this.#refusal.parts.push(bytes.slice());
      return true;
    }
    this.#options.meter.bytes += bytes.length;
    this.#filling.set(bytes, this.#heldBytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < limits.writeBytes) return true;
    if (this.#spare === undefined) return false;
    this.#turn(this.#spare);
    return true;
  }

  /**
   * Resolves with how many bytes came, all of them written, when no more will; rejects where they
   * could not be written, or were the server's refusal.
   */
  async settle(): Promise<number> {
    while (this.#spare === undefined && this.#failure === undefined) await this.#writing;
    if (this.#spare !== undefined && this.#heldBytes > 0) this.#turn(this.#spare);
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#refusal !== undefined) throw refusalOf(this.#refusal.status, this.#said());
    return this.#takenBytes;
  }

  #said(): unknown {
    try {
      return JSON.parse(Buffer.concat(this.#refusal?.parts ?? []).toString('utf8'));
    } catch {
      // Not in our words.
      return undefined;
    }
  }

  #turn(next: Buffer): void {
    const full = this.#filling;
    const bytes = full.subarray(0, this.#heldBytes);
    const at = this.#options.fromBytes + this.#takenBytes;
    this.#takenBytes += bytes.length;
    this.#filling = next;
    this.#heldBytes = 0;
    this.#spare = undefined;
    this.#options.hash.update(bytes);
    this.#writing = this.#write(bytes, at, full);
  }

  async #write(bytes: Uint8Array, at: number, buffer: Buffer): Promise<void> {
    try {
      await this.#options.partial.write(bytes, at);
    } catch (error) {
      this.#failure = { error };
      this.#options.drop();
      return;
    }
    this.#spare = buffer;
    if (this.#heldBytes < limits.writeBytes) return;
    this.#turn(buffer);
    this.#options.resume();
  }
}

/** It is another file there now, or the server knows no ranges. */
export class NotGoneOnError extends Error {
  override readonly name = 'NotGoneOnError';

  constructor() {
    super('the server could not go on');
  }
}

function tooMuch({ name, sizeBytes }: ManifestFile): ClientError {
  return new ClientError(
    'file-too-large',
    `${name} was promised with ${sizeBytes} bytes, and more of them come.`,
  );
}
