// What the machine offers to Platen: clock, randomness, files, databases, TCP, addresses and the
// ports of printers, each behind one small interface.
//
// hal/linux implements these on a real machine, test/world in simulation. Nothing else in
// production reads a clock, draws a random number, opens a file, a socket or a database. Creating
// an object has no side effect; `open`, `connect` and `listen` are what touches the machine. Every
// method that fails rejects (or throws, where it is synchronous) with a HalError of hal/errors.ts.
import type { HalError } from './errors.ts';
import type { Links } from './links.ts';
import type { SnmpManager } from './snmp.ts';

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
  /**
   * Of what the kernel has taken, the bytes that the other end has not acknowledged: they are with
   * us, or on their way. Undefined where nothing tells, or once the connection is gone.
   */
  unacknowledgedBytes(): number | undefined;
  /** The next bytes (at least one), or undefined after the peer's FIN. One read at a time. */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Sends FIN after what was written; reading goes on. */
  endWrite(): Promise<void>;
  /** Drops what is unsent and sends RST (linger 0). Never fails. */
  reset(): void;
  /**
   * Hands over what the kernel takes just now, from the start of `bytes`, and says how many that
   * were; 0 where it can't. `before` is called once, and after it nothing comes but the system
   * call. `write` takes the rest. Left out where there is no kernel between.
   */
  handOver?(bytes: Uint8Array, before: () => void): number;
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

/** An interface that is up, as far as it has addresses. */
export interface NetworkInterface {
  readonly name: string;
  readonly loopback: boolean;
  readonly addresses: readonly InterfaceAddress[];
}

export interface InterfaceAddress {
  /** Canonical, without its zone. */
  readonly address: string;
  /** How many bits of it name the network. */
  readonly prefixBits: number;
}

export interface UdpSocket {
  /** What it was opened with, the port given where 0 was asked for. */
  readonly local: SocketAddress;
  /** Resolves once the kernel has the datagram; nobody knows whether it arrives. */
  send(bytes: Uint8Array, to: SocketAddress): Promise<void>;
  /** Resolves when the handle is gone. Closing it twice does nothing. */
  close(): Promise<void>;
}

export interface UdpOpenOptions {
  /** An address of this machine, or the group of `multicast`: only what is sent to it comes. */
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** May send to every host of a network at once (IPv4). */
  readonly broadcast?: true;
  /** Sockets at other addresses have the same port; the most fitting one gets a datagram. */
  readonly shared?: true;
  readonly multicast?: {
    /**
     * Where the group is joined and multicast leaves. In IPv6 nothing else is heard; in IPv4 the
     * kernel also hands over what other interfaces got, so that the source has to be looked at.
     */
    readonly interfaceName: string;
    /** IPv4: an address of that interface; what is sent comes from it. */
    readonly interfaceAddress: string;
    /** Hop limit of what is sent. Other programs of this machine hear it too. */
    readonly hops: number;
  };
  /**
   * Called for each datagram that comes; the bytes are the callee's. A link-local source has its
   * zone.
   */
  readonly onDatagram: (bytes: Uint8Array, from: SocketAddress) => void;
  /** The socket broke after it was open, and has been closed. */
  readonly onFault: (error: HalError) => void;
}

export interface Udp {
  /** Addresses from which nothing can be sent yet are left out. */
  interfaces(): readonly NetworkInterface[];
  open(options: UdpOpenOptions): Promise<UdpSocket>;
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

/** A FIFO, a regular file or a printer's node that is being written to. */
export interface OutputDevice {
  readonly kind: OutputKind;
  /**
   * Hands over what is taken just now, from the start of `bytes`; resolves with how many that were,
   * 0 where it takes nothing. Never waits for a reader or a device. A printer's node rejects with
   * `no-space` (out of paper) and `io-error` (off-line, or a fault) without having taken a byte,
   * and goes on later; `device-gone` and all others are the end.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** Resolves once what was written survives a power cut; at once where there is no disk. */
  sync(): Promise<void>;
  /** A regular file gets the length back that it had when it was opened; others can't. */
  takeBack(): Promise<void>;
  /** Never fails. */
  close(): Promise<void>;
}

export type OutputKind = 'file' | 'fifo' | 'character';

export interface OutputOptions {
  /** What the path may be; anything else, and a symbolic link to it, is `permission-denied`. */
  readonly kinds: readonly OutputKind[];
  /** Where a document begins in a regular file, which is made if there is none. */
  readonly start?: 'append' | 'replace';
}

/** A node to which documents can be written. */
export interface PrinterNode {
  readonly path: string;
  /** What the printer said when the kernel found its port; undefined where that is not known. */
  readonly ieee1284Id: string | undefined;
}

export interface Outputs {
  /** Never waits. A FIFO that nobody reads is `device-gone`. */
  open(path: string, options: OutputOptions): Promise<OutputDevice>;
  /** The nodes of printers that kernel drivers offer: parallel ports, and USB cables to them. */
  listPrinterNodes(): Promise<readonly PrinterNode[]>;
}

export interface SerialLine {
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: 'none' | 'odd' | 'even';
  readonly stopBits: 1 | 2;
  readonly flow: 'none' | 'xon-xoff' | 'rts-cts';
  /** Data Terminal Ready while the port is open. */
  readonly dtr: boolean;
}

/** What the other side says by its lines. */
export interface ModemLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
}

/** One open serial port. One write and one read at a time. */
export interface SerialPort {
  /** Resolves with how many of the first bytes the driver took, 0 where it is full. Never waits. */
  write(bytes: Uint8Array): Promise<number>;
  /** Resolves once the driver has sent everything; waits for as long as the other side holds. */
  settled(signal: AbortSignal): Promise<void>;
  /** The next bytes, at least one; rejects with `device-gone` once the port is unplugged. */
  read(): Promise<Uint8Array>;
  /** Undefined where the port has no such lines (a pseudo-terminal). */
  lines(): Promise<ModemLines | undefined>;
  /** Drops what the driver still has; a waiting read ends with `closed`. Never fails. */
  close(request: { readonly dropUnsent: boolean }): Promise<void>;
}

export interface SerialPortInfo {
  readonly path: string;
  /** What drives it: `cdc_acm`, `serial8250` … */
  readonly driver: string;
}

export interface SerialPorts {
  open(path: string, line: SerialLine): Promise<SerialPort>;
  /** Ports that have hardware behind them. */
  list(): Promise<readonly SerialPortInfo[]>;
}

export interface UsbEndpointInfo {
  /** With the direction bit: 0x81 is IN 1. */
  readonly address: number;
  readonly type: 'control' | 'isochronous' | 'bulk' | 'interrupt';
  readonly maxPacketBytes: number;
}

export interface UsbInterfaceInfo {
  readonly number: number;
  readonly alternate: number;
  readonly classCode: number;
  readonly subclass: number;
  readonly protocol: number;
  readonly endpoints: readonly UsbEndpointInfo[];
}

/** A device that is plugged in, as the kernel tells it without asking the device anything. */
export interface UsbDeviceInfo {
  /** Bus and sockets on the way to it (`1-1.4`): stays with the socket. */
  readonly path: string;
  readonly bus: number;
  /** Changes each time it is plugged in. */
  readonly address: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string | undefined;
  readonly product: string | undefined;
  readonly serialNumber: string | undefined;
  /** What a printer told its kernel driver when that took it; undefined: nobody asked it. */
  readonly ieee1284Id: string | undefined;
  /** Of the active configuration, each alternate setting on its own. */
  readonly interfaces: readonly UsbInterfaceInfo[];
}

/** A request on the control pipe of a claimed interface (USB 2.0 9.3). */
export interface UsbRequest {
  readonly type: 'standard' | 'class' | 'vendor';
  readonly request: number;
  readonly value: number;
  readonly index: number;
}

/**
 * One claimed interface of a device. A refused transfer rejects with `stalled`, one to a device
 * that is unplugged with `device-gone`, one whose time is over with `timed-out`. Direction IN and
 * OUT go side by side, each with one transfer at a time.
 */
export interface UsbInterface {
  readonly info: UsbInterfaceInfo;
  controlIn(request: UsbRequest, maxBytes: number, timeoutMs: number): Promise<Uint8Array>;
  controlOut(request: UsbRequest, timeoutMs: number): Promise<void>;
  /**
   * Resolves when the device has taken the bytes, with their count. After `timed-out` nobody knows
   * how many it took.
   */
  transferOut(endpoint: number, bytes: Uint8Array, timeoutMs: number): Promise<number>;
  /** What the device says; undefined: nothing in time, and what came at that moment is lost. */
  transferIn(
    endpoint: number,
    maxBytes: number,
    timeoutMs: number,
  ): Promise<Uint8Array | undefined>;
  clearHalt(endpoint: number): Promise<void>;
  /** Resets the port; transfers under way end, and the interface has to be opened anew. */
  resetPort(): Promise<void>;
  /** Ends its transfers (`closed`), gives it back to its kernel driver. Never fails. */
  close(): Promise<void>;
}

export interface UsbHost {
  /** Empty where the machine has no USB. */
  list(): Promise<readonly UsbDeviceInfo[]>;
  /**
   * Takes the interface from its kernel driver and selects the alternate setting; rejects with
   * `busy` where a program has it.
   */
  open(
    device: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
    info: UsbInterfaceInfo,
  ): Promise<UsbInterface>;
}

/** The machine, whole. Rooms take from it only what they need. */
export interface Hal {
  readonly clock: Clock;
  readonly random: Random;
  readonly tcp: Tcp;
  readonly udp: Udp;
  readonly addresses: Addresses;
  readonly links: Links;
  readonly snmp: SnmpManager;
  readonly files: Files;
  readonly databases: Databases;
  readonly outputs: Outputs;
  readonly serial: SerialPorts;
  readonly usb: UsbHost;
}
