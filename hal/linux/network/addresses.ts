// Addresses with a lifetime, through one `ip -batch -` that stays.
import { isIPv6 } from 'node:net';
import { HalError } from '../../errors.ts';
import type { Clock } from '../../contract.ts';
import type { PlacedAddress } from '../../network.ts';
import { createLineTool } from './line-tool.ts';

export interface LeasedAddresses {
  renew(placed: PlacedAddress, lifetimeMs: number): Promise<void>;
  remove(placed: PlacedAddress): Promise<void>;
  close(): void;
}

const msPerSecond = 1000;

export function createLeasedAddresses({ clock }: { readonly clock: Clock }): LeasedAddresses {
  const tool = createLineTool({
    clock,
    program: 'ip',
    args: ['-force', '-batch', '-'],
    // Not `link show`: after it the tool shows no addresses any more.
    marker: {
      command: 'address show dev lo',
      ends: (line) => line.startsWith('    link/loopback'),
    },
  });
  /** What the kernel says afterwards counts, not what the tool wrote to standard error. */
  const change = async (placed: PlacedAddress, command: string): Promise<boolean> => {
    const { address, interfaceName } = placed;
    const printed = await tool.run([command, `address show dev ${interfaceName} to ${address}`]);
    return printed.some((line) => /^\s+inet6? ([^/ ]+)/.exec(line)?.[1] === address);
  };
  return {
    async renew(placed, lifetimeMs) {
      const seconds = Math.ceil(lifetimeMs / msPerSecond);
      const lifetime = `valid_lft ${seconds} preferred_lft ${seconds}`;
      // The peer's lease is over by protocol: looking for doubles would only cost a second.
      const flags = isIPv6(placed.address) ? ' nodad' : '';
      const there = await change(placed, `address replace ${textOf(placed)} ${lifetime}${flags}`);
      if (!there) throw new HalError('address-not-available', textOf(placed));
    },
    async remove(placed) {
      if (await change(placed, `address delete ${textOf(placed)}`)) {
        throw new HalError('busy', textOf(placed));
      }
    },
    close: () => tool.close(),
  };
}

function textOf({ address, prefixBits, interfaceName }: PlacedAddress): string {
  return `${address}/${prefixBits} dev ${interfaceName}`;
}
