// Stands between a manager and an agent: keeps what the manager sent, and may lose answers.
import type { TestContext } from 'node:test';
import type { Hal, SocketAddress, UdpSocket } from '../../hal/contract.ts';
import { atEnd } from '../at-end.ts';

export interface Relay {
  readonly port: number;
  /** What the manager sent, in order. */
  readonly sent: readonly Uint8Array[];
  /** How many answers were passed on. */
  readonly answers: number;
  /** The answer to the question of this number, from 1 on, is lost. */
  lose(question: number): void;
  /** Sends to the agent once more what was kept, from the same address as before. */
  repeat(bytes: Uint8Array): Promise<void>;
}

export async function startRelay(
  t: TestContext,
  { udp }: Pick<Hal, 'udp'>,
  agent: SocketAddress,
): Promise<Relay> {
  const sent: Uint8Array[] = [];
  let manager: SocketAddress | undefined;
  let [lost, answers] = [0, 0];
  const any = { address: '127.0.0.1', port: 0, onFault: () => undefined };
  const towardsManager: UdpSocket = await udp.open({
    ...any,
    onDatagram(bytes, from) {
      manager = from;
      sent.push(bytes);
      void towardsAgent.send(bytes, agent);
    },
  });
  const towardsAgent = await udp.open({
    ...any,
    onDatagram(bytes) {
      if (sent.length === lost || manager === undefined) return;
      answers += 1;
      void towardsManager.send(bytes, manager);
    },
  });
  atEnd(t, () => Promise.all([towardsManager.close(), towardsAgent.close()]));
  return {
    port: towardsManager.local.port,
    sent,
    get answers() {
      return answers;
    },
    lose(question) {
      lost = question;
    },
    repeat: (bytes) => towardsAgent.send(bytes, agent),
  };
}
