// The box's own network: how its interfaces get addresses, its name, its clock's servers.
//
// They belong to the box, not to a spooler: they are in a file of the data folder, in no log, no
// replica and no backup. A change is on trial for a minute: whoever cut himself off need do
// nothing.
import { z } from 'zod';
import { networkSettingsLimits as limits } from '../limits/network-settings-limits.ts';
import type { Refusal } from '../errors/codes.ts';
import {
  hostName,
  interfaceName,
  addressWithPrefix,
  ipAddress,
  serverName,
  timeZone,
} from './forms.ts';

const method = <Address extends z.ZodType>(address: Address) =>
  z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('automatic') }),
    z.strictObject({ method: z.literal('off') }),
    z.strictObject({
      method: z.literal('static'),
      addresses: z.array(address).min(1).max(limits.addresses),
      gateway: ipAddress.optional(),
    }),
  ]);

export const interfaceSettings = z.strictObject({
  /** As the kernel calls it: `end0`, `enp1s0`; `*` is every Ethernet interface. */
  name: interfaceName,
  /** Of the link `name`: an interface `name.vlan` is made, and has the addresses. */
  vlan: z.int().min(1).max(4094).optional(),
  /** `automatic`: DHCP. */
  ipv4: method(addressWithPrefix(4)).default({ method: 'automatic' }),
  /** `automatic`: router advertisements, and DHCP where they say so. */
  ipv6: method(addressWithPrefix(6)).default({ method: 'automatic' }),
});

export const networkSettings = z.strictObject({
  /** Also the name that is announced, NAME.local. */
  hostName: hostName.optional(),
  /** As the tz database has it. */
  timeZone: timeZone.optional(),
  /** NTP; empty: what DHCP names, else Debian's. */
  timeServers: z.array(serverName).max(limits.servers).default([]),
  /** DNS; empty: what DHCP names. */
  nameServers: z.array(ipAddress).max(limits.servers).default([]),
  /** Empty: DHCP on every Ethernet interface. */
  interfaces: z.array(interfaceSettings).max(limits.interfaces).default([]),
});

export type NetworkSettings = z.output<typeof networkSettings>;
export type InterfaceSettings = z.output<typeof interfaceSettings>;

/** What the machine reads: names of files and their texts. */
export type NetworkFiles = ReadonlyMap<string, string>;

/** Brings files to the machine's network; the one place that knows how. */
export interface NetworkApplier {
  /**
   * Replaces all that an earlier call brought, and resolves once the machine goes by it. Rejects
   * with a HalError where it can't, and nothing is known then.
   */
  apply(files: NetworkFiles, signal: AbortSignal): Promise<void>;
}

export interface NetworkView {
  readonly settings: NetworkSettings;
  /** On trial: what comes back by itself, and in how many seconds. */
  readonly trial: { readonly before: NetworkSettings; readonly secondsLeft: number } | undefined;
}

export interface NetworkAdministration {
  view(): NetworkView;
  /** Applies them, on trial. What a trial before it would have brought back stays the same. */
  change(settings: NetworkSettings): Promise<{ readonly kind: 'done' } | Refusal>;
  /** Ends the trial: they stay. */
  confirm(): Promise<{ readonly kind: 'done' } | Refusal>;
  /** Ends the trial: what was before comes back now. */
  revert(): Promise<{ readonly kind: 'done' } | Refusal>;
  stop(): void;
}
