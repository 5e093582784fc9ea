// What the bench and its two processes say to each other.

import type { Urgency } from '../../hal/priority.ts';

export interface BenchPeer {
  readonly nodeId: string;
  /** DER in base64. */
  readonly publicKey: string;
  readonly pin: string;
  readonly port: number;
}

export type ToNode =
  | { readonly kind: 'identify'; readonly folder: string }
  | {
      readonly kind: 'start';
      readonly folder: string;
      readonly port: number;
      readonly peer: BenchPeer;
      readonly datagrams: boolean;
      readonly urgency: Urgency;
    }
  | { readonly kind: 'stop' };

export type FromNode =
  | ({ readonly kind: 'identity' } & Omit<BenchPeer, 'port'>)
  | {
      readonly kind: 'view';
      readonly role: string;
      readonly mode: string;
      readonly lapses: number;
    }
  | { readonly kind: 'echoes'; readonly roundTripsMs: readonly number[] }
  /** Processor time of the process since its start, now and then. */
  | { readonly kind: 'cpu'; readonly cpuMs: number };
