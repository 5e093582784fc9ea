// Documents over the simulated network: asked of the peer's process, answered in pieces.
import type { PeerDocuments } from '../../../firmware/cluster/host/contract.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { PairBox } from './box.ts';
import type { NodeName } from './judge.ts';
import type { Network } from './network.ts';

export interface PeerDocumentsOptions {
  readonly name: NodeName;
  readonly peer: NodeName;
  readonly timeline: Timeline;
  readonly network: Network;
  readonly random: SeededRandom;
  readonly peerBox: () => PairBox;
  /** Binds an action to the process that asks. */
  readonly inProcess: (action: () => void) => () => void;
}

const pieceBytes = 32 * 1024;

export function createPeerDocuments(options: PeerDocumentsOptions): PeerDocuments {
  const { name, peer, timeline, network, inProcess } = options;
  const reply = (answer: () => void) =>
    network.stream(peer, name, 'documents', () =>
      inProcess(() => {
        timeline.touch();
        answer();
      })(),
    );
  /** What the peer's process reads; undefined there is `gone` here. */
  const ask = (read: (box: PairBox) => Promise<Uint8Array | undefined>) => {
    const { promise, resolve, reject } = Promise.withResolvers<
      AsyncIterable<Uint8Array> | 'gone'
    >();
    const serve = async (box: PairBox) => {
      try {
        const bytes = await read(box);
        reply(() => resolve(bytes === undefined ? 'gone' : piecesOf(bytes)));
      } catch (error) {
        reply(() => reject(error));
      }
    };
    network.stream(name, peer, 'documents', () => {
      const box = options.peerBox();
      box.run(() => {
        timeline.touch();
        if (box.state === undefined) reply(() => reject(new Error('it starts')));
        else void serve(box);
      });
    });
    return promise;
  };
  return {
    offer(offered) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const { signal } = new AbortController();
      network.stream(name, peer, 'documents', () => {
        const box = options.peerBox();
        box.run(() => {
          timeline.touch();
          if (box.process?.state === undefined) return reply(() => reject(new Error('it starts')));
          box.process.host.takeAhead(offered, signal).then(
            () => reply(resolve),
            (error: unknown) => reply(() => reject(error)),
          );
        });
      });
      return promise;
    },
    snapshot: ({ seq }) => ask(async (box) => await box.process?.host.snapshotBody(seq)),
    fetch: ({ jobId, document }) =>
      ask(async (box) => {
        const reader = await box.process?.host.openDocument(jobId, document.number);
        if (reader === undefined) return undefined;
        const bytes = await reader.read(0, reader.sizeBytes);
        await reader.close();
        return bytes;
      }),
  };
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
