// The gate: nftables lets packets and ARP from and to an address pass while it is in a set whose
// elements end by themselves.
import { isIPv6 } from 'node:net';
import type { Clock } from '../../contract.ts';
import { runCommand } from './command.ts';
import { createLineTool } from './line-tool.ts';

export interface Gate {
  guard(addresses: readonly string[]): Promise<void>;
  open(addresses: readonly string[], openMs: number): Promise<void>;
  hold(addresses: readonly string[]): Promise<void>;
  shut(addresses: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Two tables: `inet` for packets, `arp` for ARP. `guarded` holds the addresses of groups, `open`
 * those whose lease runs, `held` those that take no new connection. A new lease replaces the
 * element in one transaction: kernels before 6.12 ignore a new time-out of one that is there.
 */
export function createGate({ clock, table }: { readonly clock: Clock; readonly table: string }) {
  const tool = createLineTool({
    clock,
    program: 'nft',
    args: ['-i'],
    marker: { command: `list set inet ${table} open4`, ends: (line) => line === '}' },
  });
  let made: Promise<void> | undefined;
  const run = async (commands: readonly string[]): Promise<void> => {
    made ??= tool.run(tablesOf(table).map(oneLine)).then(() => undefined);
    await made;
    if (commands.length > 0) await tool.run([commands.join('; ')]);
  };
  const gate: Gate = {
    guard: (addresses) =>
      run(
        setsOf(addresses, table, 'guarded').map(([set, list]) => `add element ${set} { ${list} }`),
      ),
    open: (addresses, openMs) =>
      run(
        setsOf(addresses, table, 'open').flatMap(([set, list]) => [
          `add element ${set} { ${list} }`,
          `delete element ${set} { ${list} }`,
          `add element ${set} { ${timed(list, openMs)} }`,
        ]),
      ),
    hold: (addresses) =>
      run(heldSets(addresses, table).map(([set, list]) => `add element ${set} { ${list} }`)),
    shut: (addresses) =>
      run(
        [...setsOf(addresses, table, 'open'), ...heldSets(addresses, table)].flatMap(
          ([set, list]) => [`add element ${set} { ${list} }`, `delete element ${set} { ${list} }`],
        ),
      ),
    async close() {
      tool.close();
      if (made === undefined) return;
      await made.then(
        () => runCommand('nft', [`delete table inet ${table}; delete table arp ${table}`]),
        () => undefined,
      );
    },
  };
  return gate;
}

/** The sets that hold these addresses, each with its own of them. */
function setsOf(
  addresses: readonly string[],
  table: string,
  name: 'guarded' | 'open' | 'held',
): readonly (readonly [string, string])[] {
  const four = addresses.filter((address) => !isIPv6(address)).join(', ');
  const six = addresses.filter((address) => isIPv6(address)).join(', ');
  return [
    ...(four === ''
      ? []
      : [[`inet ${table} ${name}4`, four] as const, [`arp ${table} ${name}4`, four] as const]),
    ...(six === '' ? [] : [[`inet ${table} ${name}6`, six] as const]),
  ];
}

/** ARP knows no connections. */
function heldSets(addresses: readonly string[], table: string) {
  return setsOf(addresses, table, 'held').filter(([set]) => set.startsWith('inet'));
}

function timed(list: string, openMs: number): string {
  const each = list.split(', ').map((address) => `${address} timeout ${Math.ceil(openMs)}ms`);
  return each.join(', ');
}

const held = (family: string, set: string) =>
  `${family} daddr @held${set} tcp flags & (fin | syn | rst | ack) == syn drop`;

const shut = (family: string, side: string, set: string) =>
  `${family} ${side} @guarded${set} ${family} ${side} != @open${set} drop`;

function tablesOf(table: string): readonly string[] {
  return [
    `add table inet ${table}; delete table inet ${table};
     table inet ${table} {
       set guarded4 { type ipv4_addr; };
       set open4 { type ipv4_addr; flags timeout; };
       set guarded6 { type ipv6_addr; };
       set open6 { type ipv6_addr; flags timeout; };
       set held4 { type ipv4_addr; };
       set held6 { type ipv6_addr; };
       chain leaving { type filter hook output priority 0; policy accept;
         ${shut('ip', 'saddr', '4')}; ${shut('ip6', 'saddr', '6')};
       };
       chain coming { type filter hook input priority 0; policy accept;
         ${shut('ip', 'daddr', '4')}; ${shut('ip6', 'daddr', '6')};
         ${held('ip', '4')}; ${held('ip6', '6')};
       };
     }`,
    `add table arp ${table}; delete table arp ${table};
     table arp ${table} {
       set guarded4 { type ipv4_addr; };
       set open4 { type ipv4_addr; flags timeout; };
       chain leaving { type filter hook output priority 0; policy accept;
         ${shut('arp', 'saddr ip', '4')};
       };
       chain coming { type filter hook input priority 0; policy accept;
         ${shut('arp', 'daddr ip', '4')};
       };
     }`,
  ];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
