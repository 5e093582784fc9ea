// What only a privileged process may do to the network and the machine: addresses that the kernel
// drops by itself, a gate for their packets, ARP and neighbour advertisements, the end of sockets,
// the watchdog.
//
// The supervisor alone uses it. hal/linux/network implements it on a real machine, test/fakes in
// simulation. Methods reject with a HalError.

/** What this process may do here; what is missing says why, in words for people. */
export interface NetworkAbilities {
  /** NET_ADMIN and iproute2: group addresses. */
  readonly addresses: Ability;
  /** NET_RAW: ARP and neighbour advertisements, probes, arbiters. */
  readonly link: Ability;
  /** nftables: packets of an address end with its lease, whatever its process does. */
  readonly gate: Ability;
}

export type Ability = { readonly can: true } | { readonly can: false; readonly why: string };

/** An address of a group where this box would have it. */
export interface PlacedAddress {
  /** Canonical. */
  readonly address: string;
  readonly prefixBits: number;
  readonly interfaceName: string;
}

/** What answered a question on the link, and when that question left (monotonic). */
export interface LinkAnswer {
  readonly address: string;
  /** Six octets in hexadecimal, with colons, in lower case. */
  readonly mac: string;
  /** Not later than the question left that it answers. */
  readonly askedAtMs: number;
}

/** ARP (RFC 826) and neighbour discovery (RFC 4861) on one interface. */
export interface LinkPort {
  readonly mac: string;
  /**
   * One request: to `mac` where that is known, else to everyone. Its answer comes to `onAnswer`.
   * `from` is an address of this box on the link; without it the question is a probe that changes
   * no table (RFC 5227 2.1.1).
   */
  ask(address: string, options: { readonly mac?: string; readonly from?: string }): void;
  /** Tells everyone that the address is here: gratuitous ARP, or an unsolicited advertisement. */
  announce(address: string): void;
  close(): void;
}

export interface NetworkAdmin {
  abilities(): Promise<NetworkAbilities>;
  /**
   * Makes the address, or renews it: the kernel drops it `lifetimeMs` (whole seconds) from now.
   * Resolves once the kernel has it.
   */
  renewAddress(placed: PlacedAddress, lifetimeMs: number): Promise<void>;
  /** Deleting what is not there succeeds. */
  deleteAddress(placed: PlacedAddress): Promise<void>;
  /**
   * From now on packets and ARP from and to these addresses pass only while their gate is open; a
   * later call adds to the earlier.
   */
  guard(addresses: readonly string[]): Promise<void>;
  /** Opens the gate of guarded addresses for this long, from when the kernel hears of it. */
  openGate(addresses: readonly string[], openMs: number): Promise<void>;
  /** New TCP connections to guarded addresses get no answer, until their gate is closed. */
  holdConnections(addresses: readonly string[]): Promise<void>;
  closeGate(addresses: readonly string[]): Promise<void>;
  /** Ends every TCP socket bound to this address, whoever has it, with a reset. */
  destroySockets(address: string): Promise<void>;
  openLink(interfaceName: string, onAnswer: (answer: LinkAnswer) => void): LinkPort;
  /** Whether the interface has a carrier; undefined: nobody knows. */
  carrier(interfaceName: string): Promise<boolean | undefined>;
  /** Gates are removed; addresses end by themselves. */
  close(): Promise<void>;
}

/** The machine restarts unless it is patted in time. */
export interface Watchdog {
  /** Undefined where the machine has none, or not for us. */
  open(): Promise<OpenWatchdog | undefined>;
}

export interface OpenWatchdog {
  pat(): Promise<void>;
  /** Disarms it, where its driver can. */
  close(): Promise<void>;
}
