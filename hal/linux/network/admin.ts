// The network as its administrator has it, on Linux: iproute2, nftables where it is, and packet
// sockets.
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../contract.ts';
import { isHalError, toHalError } from '../../errors.ts';
import type { Ability, NetworkAdmin } from '../../network.ts';
import { createLeasedAddresses } from './addresses.ts';
import { runCommand } from './command.ts';
import { createGate } from './gate.ts';
import { openLinkPort } from './link-port.ts';
import { openPacketSocket } from './packet-socket.ts';

export interface LinuxNetworkOptions {
  readonly clock: Clock;
  /** Of the nftables tables: a letter, then letters, digits and underscores. */
  readonly table: string;
}

export function createLinuxNetwork({ clock, table }: LinuxNetworkOptions): NetworkAdmin {
  const addresses = createLeasedAddresses({ clock });
  const gate = createGate({ clock, table });
  return {
    async abilities() {
      return {
        addresses: await can(() => mayChangeAddresses()),
        link: await can(async () => openPacketSocket(0, 0).close()),
        gate: await can(() => gate.guard([])),
      };
    },
    renewAddress: (placed, lifetimeMs) => addresses.renew(placed, lifetimeMs),
    deleteAddress: (placed) => addresses.remove(placed),
    guard: (list) => gate.guard(list),
    openGate: (list, openMs) => gate.open(list, openMs),
    holdConnections: (list) => gate.hold(list),
    closeGate: (list) => gate.shut(list),
    async destroySockets(address) {
      await runCommand('ss', ['-K', '-H', '-n', '-t', 'src', address]);
    },
    openLink: (interfaceName, onAnswer) => openLinkPort({ clock, interfaceName, onAnswer }),
    async carrier(interfaceName) {
      try {
        const text = await readFile(`/sys/class/net/${interfaceName}/carrier`, 'latin1');
        return text.trim() === '1';
      } catch (error) {
        // An interface that is down has no carrier to tell of (EINVAL).
        return isHalError(toHalError(error, interfaceName), 'not-found') ? undefined : false;
      }
    },
    async close() {
      addresses.close();
      await gate.close();
    },
  };
}

async function can(attempt: () => Promise<void>): Promise<Ability> {
  try {
    await attempt();
    return { can: true };
  } catch (error) {
    return { can: false, why: toHalError(error, 'the network').message };
  }
}

/** NET_ADMIN, of capability.h, among the effective capabilities; and iproute2 is there. */
async function mayChangeAddresses(): Promise<void> {
  const status = await readFile('/proc/self/status', 'latin1');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & (1n << 12n)) === 0n) throw toHalError(denied, 'changing addresses');
  await runCommand('ip', ['-Version']);
}

const denied = Object.assign(new Error('no NET_ADMIN'), { code: 'EPERM' });
