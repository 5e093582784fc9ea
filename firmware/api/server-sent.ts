// Server-sent events as bytes (WHATWG HTML 9.2).
import type { ServerSentEvent } from './route.ts';

/** One chunk for each event; ending the result early ends `events` at once. */
export function formatEvents(
  events: AsyncIterable<ServerSentEvent | undefined>,
): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  return {
    [Symbol.asyncIterator]() {
      const source = events[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await source.next();
          if (done === true) return { done: true, value: undefined };
          return { done: false, value: encoder.encode(format(value)) };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** JSON has no line breaks, so one `data:` line holds it. Undefined is a heartbeat: a comment. */
function format(event: ServerSentEvent | undefined): string {
  if (event === undefined) return ':\n\n';
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
