// Which Debian packages each tool runs programs of; a tool makes sure of them before it begins, so
// that it works on a machine where nothing else has run yet. `npm run verify` takes them all.
import { type DebianHost, ensurePackages, realDebianHost } from './debian.ts';
import { debianPackages } from './packages.ts';

const printServer = ['cups', 'cups-client'] as const;

/** By the tool's name in tools/bootstrap.mjs; of one that needs more for a part, `tool/part`. */
export const toolPackages = {
  'bench/accept': printServer,
  'bench/bulk': printServer,
  'bench/files': ['curl'],
  'bench/latency': printServer,
  'bench/page': ['chromium'],
  'bench/small': printServer,
  build: ['binutils'],
  'build/linux-arm64': ['binutils-aarch64-linux-gnu'],
  conformance: ['cups-ipp-utils'],
  'conformance/beside': ['avahi-daemon', 'cups', 'cups-client', 'dbus-daemon'],
  'crash-test/recorded-cuts': ['strace'],
  'failover-bench': ['iproute2', 'nftables'],
  'failover-bench/keepalived': ['keepalived'],
  'failover-bench/witness': ['mosquitto'],
  'snmp-bench': ['snmp'],
  'up/pair': ['iproute2', 'nftables'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ToolPart = keyof typeof toolPackages;

export function isToolPart(name: string): name is ToolPart {
  return Object.hasOwn(toolPackages, name);
}

/** Rejects with what is missing and how to install it, where this user can not. */
export async function needPackages(
  parts: readonly ToolPart[],
  host: DebianHost = realDebianHost,
): Promise<void> {
  const names = new Set<string>(parts.flatMap((part) => toolPackages[part]));
  if (names.size === 0) return;
  const rows = debianPackages.filter(({ name }) => names.has(name));
  const outcome = await ensurePackages(host, rows);
  if (outcome.state === 'refused') throw new Error(outcome.message);
}
