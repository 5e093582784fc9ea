// What the machine offers to Platen: clock, randomness, files, databases, TCP and addresses, each
// behind one small interface.
//
// hal/linux implements these on a real machine, test/world in simulation. Nothing else in
// production reads a clock, draws a random number, opens a file, a socket or a database. Creating
// an object has no side effect; `open`, `connect` and `listen` are what touches the machine. Every
// method that fails rejects (or throws, where it is synchronous) with a HalError of hal/errors.ts.

/** A timer that was started; cancelling it twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** What the wall clock says. Not for anything safety-relevant: it jumps. */
export interface WallTime {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly ms: number;
  /** True once NTP or an administrator has set the clock since boot. */
  readonly trusted: boolean;
}

export interface Clock {
  /** Milliseconds since an arbitrary start; only grows, keeps counting while the machine sleeps. */
  monotonicMs(): number;
  wall(): WallTime;
  /** Calls `callback` once, not before `delayMs` has passed. `delayMs` is at most 2^31 - 1. */
  startTimer(delayMs: number, callback: () => void): Timer;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** A number in [0, 1). Not for keys. */
  fraction(): number;
}

/**
 * An address as the kernel writes it: IPv4 dotted or IPv6 compressed, IPv4-mapped forms unfolded to
 * IPv4.
 */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export interface TcpConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Bind before connecting; a group's printers are reached from the group's address. */
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /**
   * Asked with each resolved address before a packet leaves; a string is the reason for refusing
   * it. One refused address refuses the host (`address-refused`): a name of ours with a second
   * address stays a name of ours.
   */
  readonly refuseAddress?: (address: string) => string | undefined;
}

/**
 * One TCP connection. Use: write and read as often as wanted, then `endWrite` and `close`, or
 * `reset`. Nothing is read from the kernel ahead of one bounded buffer, so an unread peer feels
 * back-pressure.
 */
export interface TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /**
   * Resolves once the kernel has taken all of `chunk`. One write at a time. The chunk must not be
   * changed before. An aborted wait rejects with code `aborted` while the bytes stay under way:
   * `settled()` waits for them.
   */
  write(chunk: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Resolves once no write is under way; rejects as that write did. */
  settled(signal?: AbortSignal): Promise<void>;
  /**
   * Bytes that the kernel has taken since the start, counted in pieces of a write; a broken
   * connection may have carried one piece more, so whoever needs an upper bound counts what it
   * passed to `write`.
   */
  readonly takenBytes: number;
  /** The next bytes (at least one), or undefined after the peer's FIN. One read at a time. */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Sends FIN after what was written; reading goes on. */
  endWrite(): Promise<void>;
  /** Drops what is unsent and sends RST (linger 0). Never fails. */
  reset(): void;
  /**
   * Closes in order: what was written, FIN if not yet sent. Resolves when the handle is gone. Never
   * fails, but waits for a peer that takes nothing; `reset` ends that. What the peer sent and
   * nobody read makes the kernel send RST.
   */
  close(): Promise<void>;
}

export interface TcpListener {
  readonly local: SocketAddress;
  /** Stops listening; accepted connections live on. */
  close(): Promise<void>;
}

export interface TcpListenOptions {
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly backlog: number;
  /** Called for each accepted connection, which the callee owns from then on. */
  readonly onConnection: (connection: TcpConnection) => void;
}

export interface Tcp {
  connect(options: TcpConnectOptions): Promise<TcpConnection>;
  listen(options: TcpListenOptions): Promise<TcpListener>;
}

export interface Addresses {
  /**
   * The host's name and every address of every interface, loopback included, unfolded as in
   * SocketAddress.
   */
  own(): { readonly hostName: string; readonly addresses: readonly string[] };
  /** All addresses of a name, or the address itself when it is one, in the resolver's order. */
  resolve(host: string, signal?: AbortSignal): Promise<readonly string[]>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
}

export interface OpenFile {
  readonly path: string;
  /** Writes all of `bytes` at `positionBytes`. Not durable before `sync`. */
  write(bytes: Uint8Array, positionBytes: number): Promise<void>;
  /** Up to `lengthBytes` bytes at `positionBytes`; fewer only at the end of the file. */
  read(positionBytes: number, lengthBytes: number): Promise<Uint8Array>;
  sizeBytes(): Promise<number>;
  truncate(sizeBytes: number): Promise<void>;
  /** Resolves once everything written so far, and the size, survives a power cut (fdatasync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  /**
   * `create` fails with `exists` where the file is there; its name is durable after
   * `syncDirectory`.
   */
  open(path: string, mode: 'read' | 'read-write' | 'create'): Promise<OpenFile>;
  /** The whole file; rejects with `too-large` above `limitBytes`. */
  readFile(path: string, limitBytes: number): Promise<Uint8Array>;
  /**
   * Replaces the file so that after a power cut the old or the new content is there (write, sync,
   * rename, sync).
   */
  replaceFile(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  list(directory: string): Promise<readonly DirectoryEntry[]>;
  /** Makes the directory and its parents, durably; one that exists is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Makes creations, renames and removals in this directory durable. */
  syncDirectory(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removing what is not there succeeds. */
  remove(path: string): Promise<void>;
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

export type SqlValue = null | number | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlStatement {
  run(...values: readonly SqlValue[]): {
    readonly changes: number;
    readonly lastInsertRowid: number;
  };
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** One SQLite database. Synchronous: only a worker (or the simulation) may call it. */
export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

export interface Databases {
  /**
   * Opens or creates it and sets nothing: journal mode, synchronous and time-outs are the caller's
   * pragmas.
   */
  open(path: string): SqlDatabase;
  /** Moves a closed database, with what SQLite keeps beside it, to another name; durably. */
  setAside(path: string, to: string): Promise<void>;
}

/**
 * Memory of the machine that outlives this process and not its boot, for notes of a few bytes. A
 * write is synchronous and takes no longer than a copy.
 */
export interface Memos {
  /** What the process before left, as it was when this was opened. */
  readonly before: readonly string[];
  /** At most 256 bytes; replaces what this key held. */
  write(key: string, text: string): void;
  /** An orderly end: nothing is left for the next process. */
  close(): void;
}

/** The machine, whole. Rooms take from it only what they need. */
export interface Hal {
  readonly clock: Clock;
  readonly random: Random;
  readonly tcp: Tcp;
  readonly addresses: Addresses;
  readonly files: Files;
  readonly databases: Databases;
}
