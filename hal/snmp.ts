// Questions to SNMP agents: what a session of a manager is to whoever polls printers.

/** Who asks an SNMP agent. */
export type SnmpCredentials =
  | { readonly version: '1' | '2c'; readonly community: string }
  | {
      readonly version: '3';
      readonly user: string;
      readonly auth: SnmpSecret<'sha1' | 'sha256' | 'sha512'> | undefined;
      readonly priv: SnmpSecret<'aes128' | 'aes256'> | undefined;
    };

export interface SnmpSecret<Protocol extends string> {
  readonly protocol: Protocol;
  readonly password: string;
}

/** What an agent has at an object identifier; an identifier is text. */
export type SnmpReading = number | bigint | string | Uint8Array;

/** Readings by their object identifiers, `1.3.6.1.2.1.1.5.0`. */
export type SnmpReadings = ReadonlyMap<string, SnmpReading>;

/**
 * Questions to one agent, one at a time. They reject with `timed-out` where nothing comes, with
 * `io-error` where what comes is no answer, and with `closed`. Nothing that an agent sends can do
 * more: what it says beyond what was asked is dropped.
 */
export interface SnmpSession {
  /** What the agent has of these; the others are left out. */
  get(oids: readonly string[]): Promise<SnmpReadings>;
  /** What lies below each of these columns, of each at most `most` readings, in order. */
  table(columns: readonly string[], most: number): Promise<SnmpReadings>;
  close(): void;
}

export interface SnmpOpenOptions {
  /** An address; names are resolved by who asks. */
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly credentials: SnmpCredentials;
  /** Of one packet; it is sent again `retries` times. */
  readonly timeoutMs: number;
  readonly retries: number;
}

export interface SnmpManager {
  /** Sends nothing yet. */
  open(options: SnmpOpenOptions): SnmpSession;
}
