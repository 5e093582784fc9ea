// Devices that a printer can be made of: what is plugged into the box, and what the network shows.
import type { Principal } from '../api/principal.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Printer } from '../printers/printer.ts';

export const deviceSources = ['usb', 'parallel', 'serial', 'dns-sd', 'snmp'] as const;

export type DeviceSource = (typeof deviceSources)[number];

/** Words of devices and strangers: clipped, without control characters, and never believed. */
export interface FoundDevice {
  /** Names it in `add`: `usb://1209:f020/serial/1`, `/dev/lp0`, `ipp://192.0.2.7/ipp/print`. */
  readonly key: string;
  readonly source: DeviceSource;
  /** Make and model, or the name that it goes by on the network. */
  readonly name: string;
  readonly location: string;
  readonly serialNumber: string;
  /** Socket, node, or host. */
  readonly address: string;
  /** IEEE 1284 id, and the command sets it names. */
  readonly deviceId: string;
  readonly commandSets: readonly string[];
  /** The port that leads to it: a monitor, and what its AddPort takes beside the name. */
  readonly port: {
    readonly monitor: string;
    readonly input: Readonly<Record<string, string | number>>;
  };
  /** The language monitor for it, where no device id will choose one. */
  readonly language?: string;
  /** The port that leads to it already. */
  readonly usedBy?: string;
}

export interface Devices {
  /** What is plugged in, and what is heard by DNS-SD; takes a moment while that begins. */
  list(): Promise<readonly FoundDevice[]>;
  /** Asks the whole network by SNMP broadcast; only ever because a person asks. */
  search(signal: AbortSignal): Promise<readonly FoundDevice[]>;
  /** Adds a port and a printer for one that was listed or found. Needs an administrator. */
  add(
    request: { readonly key: string; readonly name?: string | undefined },
    by: Principal,
  ): Promise<
    { readonly kind: 'done'; readonly printer: Printer; readonly portName: string } | Refusal
  >;
}

/** One place where devices are looked for. */
export interface DeviceFinder {
  find(): Promise<readonly FoundDevice[]>;
}
