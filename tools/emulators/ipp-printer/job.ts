// A job of an emulated IPP printer: what came of it, and its state.
import { createHash } from 'node:crypto';
import type { Attributes, Value } from './message.ts';

export interface JobRecord {
  readonly id: number;
  readonly name: string;
  readonly user: string;
  readonly format: string;
  readonly bytes: number;
  readonly sha256: string;
  /** As job-state: 3 pending, 5 processing, 7 canceled, 8 aborted, 9 completed. */
  readonly state: number;
  readonly reasons: readonly string[];
  /** The sender cancelled it. */
  readonly cancelled: boolean;
}

export class Job {
  readonly id: number;
  readonly name: string;
  readonly user: string;
  format = '';
  state = 3;
  reasons: readonly string[] = ['job-incoming'];
  cancelled = false;
  whole = false;
  readonly #hash = createHash('sha256');
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(id: number, name: string, user: string) {
    this.id = id;
    this.name = name;
    this.user = user;
  }

  get record(): JobRecord {
    const { id, name, user, format, state, reasons, cancelled } = this;
    const sha256 = this.#hash.copy().digest('hex');
    return { id, name, user, format, bytes: this.#bytes, sha256, state, reasons, cancelled };
  }

  get bytes(): number {
    return this.#bytes;
  }

  get data(): Buffer {
    return Buffer.concat(this.#parts);
  }

  get isOver(): boolean {
    return this.state >= 7;
  }

  take(part: Uint8Array, keep: boolean): void {
    this.#hash.update(part);
    this.#bytes += part.length;
    if (keep) this.#parts.push(part.slice());
  }

  end(state: number, reasons: readonly string[]): void {
    if (this.isOver) return;
    this.state = state;
    this.reasons = reasons;
  }

  attributes(): Attributes {
    const reasons = this.reasons.length === 0 ? ['none'] : this.reasons;
    return [
      ['job-name', [{ tag: 'name', value: this.name }]],
      ['job-k-octets', [{ tag: 'integer', value: Math.ceil(this.#bytes / 1024) }]],
      ['job-id', [{ tag: 'integer', value: this.id }]],
      ['job-uri', [{ tag: 'uri', value: `ipp://localhost/ipp/print/${this.id}` }]],
      ['job-state', [{ tag: 'enum', value: this.state }]],
      ['job-state-reasons', reasons.map((value): Value => ({ tag: 'keyword', value }))],
    ];
  }
}
