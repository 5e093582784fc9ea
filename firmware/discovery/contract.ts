// Discovery: the one place that announces names and services on the network, and looks for those
// of others (RFC 6762, 6763).
//
// Life cycle: createDiscovery has no side effect; `start` opens its sockets as interfaces come and
// go; announcements and browsing may begin before; `stop` says goodbye to all and closes them.
import type { TxtEntry } from './txt-entry.ts';

export interface Discovery {
  start(): Promise<void>;
  /** Never rejects. */
  stop(): Promise<void>;
  /**
   * Announces a host name with its addresses and services until it is withdrawn. One announcement
   * for each `key`: the node has one, and each group that it owns.
   */
  announce(announcement: Announcement): Announced;
  /** Looks for services of others until it is stopped. */
  browse(options: BrowseOptions): Browsing;
}

export interface Announcement {
  /** The node's or the group's id: what its given names are kept under. */
  readonly key: string;
  /** The host name that is wanted, one label: `platen` becomes platen.local. */
  readonly name: string;
  /**
   * `own`: on each interface the addresses that it has, without those that another announcement
   * lists. A list: these, on the interfaces in whose networks they stand.
   */
  readonly addresses: 'own' | readonly string[];
  readonly instances: readonly ServiceInstance[];
  /**
   * The names were ours until now on the other node (takeover): said at once, without probing.
   */
  readonly takenOver?: boolean;
}

/** What people see in a list: one name that stands for all its services. */
export interface ServiceInstance {
  /** Stays the same when the name changes: the printer's id. */
  readonly key: string;
  /** The name that is wanted: any text of at most 63 octets, longer ones are clipped. */
  readonly name: string;
  readonly services: readonly Service[];
}

export interface Service {
  /** `_ipp`; all are over TCP. */
  readonly type: string;
  /** `_print`, `_universal` (RFC 6763 7.1). */
  readonly subtypes: readonly string[];
  /** 0: the name is taken, the service is not offered (Bonjour Printing 1.2.1, 3). */
  readonly port: number;
  readonly txt: readonly TxtEntry[];
}

export interface Announced {
  /** Replaces what is announced; names that stay are not probed again. */
  update(changes: Partial<Pick<Announcement, 'name' | 'addresses' | 'instances'>>): void;
  /** The names as they are now, after conflicts: host with `.local`, instances by key. */
  names(): { readonly host: string; readonly instances: ReadonlyMap<string, string> };
  /** Says goodbye. */
  withdraw(): void;
}

/** A name that was given once stays: it is kept, and asked for first at the next start. */
export interface KeptName {
  /** The name that was wanted when this one was given; another wish is a new beginning. */
  readonly wanted: string;
  readonly name: string;
}

export interface BrowseOptions {
  /** `_ipp`, `_printer` … */
  readonly types: readonly string[];
  /** Called after something was found, changed or went away. */
  readonly onChange: () => void;
}

export interface Browsing {
  found(): readonly FoundService[];
  stop(): void;
}

/** Text and numbers of strangers: nothing here may be fetched, run or believed by itself. */
export interface FoundService {
  /** `_ipp`. */
  readonly type: string;
  readonly instance: string;
  /** Without the final dot: `laser.local`. */
  readonly host: string;
  readonly port: number;
  /** IPv6 link-local ones have their zone. */
  readonly addresses: readonly string[];
  /** Keys in lower case; the first of each counts (RFC 6763 6.4). What is no UTF-8 is left out. */
  readonly txt: ReadonlyMap<string, string>;
}
