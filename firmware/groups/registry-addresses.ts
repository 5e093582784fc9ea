// The addresses of a group's printers as its registry has them: whom an appliance may ask whether
// it is still on the network, also while the other one owns the group.
import { canonicalAddress, isLoopback, parseIpAddress } from '../../hal/address.ts';
import type { Store } from '../store/contract.ts';

/**
 * Every value below a port that is an address, whichever monitor it belongs to. Names are left out:
 * a look-up has no place where a lease is decided.
 */
export async function printerAddressesOf(
  store: Pick<Store, 'query'>,
  spooler: string,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const walk = async (path: readonly string[], depth: number): Promise<void> => {
    if (path.length > 2) {
      for (const { value } of await store.query('registry.values', { spooler, path })) {
        const address = value.type === 'string' ? addressIn(value.data) : undefined;
        if (address !== undefined) found.add(address);
      }
    }
    if (depth === 0) return;
    for (const name of await store.query('registry.sub-keys', { spooler, path })) {
      await walk([...path, name], depth - 1);
    }
  };
  await walk(['Monitors'], deepestPort);
  return [...found];
}

/** Monitors, the monitor, Ports, the port. */
const deepestPort = 3;

function addressIn(text: string): string | undefined {
  const bare = /^ipps?:\/\/(\[[^\]]+\]|[^:/]+)/i.exec(text)?.[1] ?? text;
  // Only what is written as an address: inet_aton would take "1" for one.
  if (!/^(\d+\.){3}\d+$|^\[?[0-9a-f:]*:[0-9a-f:.]*\]?$/i.test(bare)) return undefined;
  const address = parseIpAddress(bare);
  if (address === undefined || isLoopback(address)) return undefined;
  return canonicalAddress(bare.replace(/^\[|\]$/g, ''));
}
