// TCP that takes connections from some networks only; others are reset before they say a word.
import type { Tcp } from '../../hal/contract.ts';
import { isInNetwork, parseNetwork, type Network } from '../../hal/networks.ts';
import type { ServerLog } from './contract.ts';

/** `networks` are checked texts; empty: everyone may come. */
export function createGuardedTcp(
  tcp: Tcp,
  networks: readonly string[],
  log: Pick<ServerLog, 'warn'>,
): Tcp {
  const allowed = networks.flatMap((text): readonly Network[] => {
    const network = parseNetwork(text);
    return network === undefined ? [] : [network];
  });
  if (networks.length === 0) return tcp;
  return {
    connect: (options) => tcp.connect(options),
    listen: (options) =>
      tcp.listen({
        ...options,
        onConnection(connection) {
          const { address } = connection.remote;
          if (allowed.some((each) => isInNetwork(address, each))) {
            return options.onConnection(connection);
          }
          log.warn('a connection from another network was reset', { from: address });
          connection.reset();
        },
      }),
  };
}
