// A listener whose connections are each served by one call: admitted, cut off at the deadline of a
// stop, and made to leave where they say nothing and places are scarce. What raw 9100 and LPD
// share.
import type { SocketAddress, Tcp, TcpConnection, TcpListener } from '../../hal/contract.ts';
import type { Admission } from './admission.ts';
import type { Server } from './contract.ts';

export interface ConnectionServerOptions {
  readonly tcp: Tcp;
  readonly listen: SocketAddress;
  readonly backlog: number;
  readonly admission: Admission;
  /**
   * Ends once the connection is over. `speaks` is to be called once the client has said something:
   * until then it makes room for others.
   */
  readonly serve: (connection: TcpConnection, speaks: () => void) => Promise<void>;
  /** `serve` rejected; the connection is reset already. */
  readonly failed: (address: string, error: unknown) => void;
}

export function createConnectionServer(options: ConnectionServerOptions): Server {
  const running = new Map<TcpConnection, Promise<void>>();
  let listener: TcpListener | undefined;

  const admit = (connection: TcpConnection): void => {
    const { admission } = options;
    const { address } = connection.remote;
    const leave = admission.enter(address);
    if (leave === undefined) {
      connection.reset();
      return;
    }
    const speaks = admission.silent(address, () => {
      leave();
      connection.reset();
    });
    const work = options
      .serve(connection, speaks)
      .catch((error) => {
        connection.reset();
        options.failed(address, error);
      })
      .finally(() => {
        speaks();
        leave();
        running.delete(connection);
      });
    running.set(connection, work);
  };

  return {
    async start() {
      const { tcp, listen, backlog } = options;
      listener = await tcp.listen({ ...listen, backlog, onConnection: admit });
    },

    async stop(deadline) {
      const closing = listener;
      listener = undefined;
      await closing?.close();
      const cutOff = () => {
        for (const connection of running.keys()) connection.reset();
      };
      if (deadline.aborted) cutOff();
      deadline.addEventListener('abort', cutOff, { once: true });
      await Promise.all(running.values());
      deadline.removeEventListener('abort', cutOff);
    },

    addresses: () => (listener === undefined ? [] : [listener.local]),
  };
}
