// The channel between store client and store worker over Node's threads.
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { StoreChannel } from './worker-protocol.ts';

/** A MessagePort, a worker's parentPort included. */
export function channelOfPort<Sent, Received>(port: MessagePort): StoreChannel<Sent, Received> {
  return {
    post: (message, transfer) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => void port.on('message', listener),
    onEnd: (listener) => void port.once('close', () => listener('the port was closed')),
    takeWaiting() {
      const messages: Received[] = [];
      for (;;) {
        const next: { message: Received } | undefined = receiveMessageOnPort(port);
        if (next === undefined) return messages;
        messages.push(next.message);
      }
    },
    close: () => port.close(),
  };
}

/** The side of whoever started the worker. Its errors come before its exit and say more. */
export function channelOfWorker<Sent, Received>(worker: Worker): StoreChannel<Sent, Received> {
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => void worker.on('message', listener),
    onEnd(listener) {
      let ended = false;
      const end = (why: string) => {
        if (!ended) listener(why);
        ended = true;
      };
      worker.on('error', (error) => end(`the worker failed: ${String(error)}`));
      worker.on('exit', (code) => end(`the worker ended with ${code}`));
    },
    takeWaiting: () => [],
    close: () => void worker.terminate(),
  };
}
