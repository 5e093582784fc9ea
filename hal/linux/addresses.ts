// The machine's name and addresses, and the resolver.
import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { canonicalAddress } from '../address.ts';
import type { Addresses } from '../contract.ts';
import { HalError, toHalError } from '../errors.ts';
import { abortable } from '../time.ts';

export function createLinuxAddresses(): Addresses {
  return {
    own() {
      const entries = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
      return {
        hostName: hostname(),
        addresses: [...new Set(entries.map((entry) => canonicalAddress(entry.address)))],
      };
    },

    async resolve(host, signal) {
      if (host === '') throw new HalError('name-not-found', 'the empty name');
      try {
        const found = await abortable(lookup(host, { all: true, order: 'verbatim' }), signal);
        return [...new Set(found.map(({ address }) => canonicalAddress(address)))];
      } catch (error) {
        throw toHalError(error, host);
      }
    },
  };
}
