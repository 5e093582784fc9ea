// Writes server-sent events (WHATWG HTML 9.2) at the pace of their reader.
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { ServerSentEvent } from './route.ts';

export async function writeEvents(
  response: ServerResponse,
  events: AsyncIterable<ServerSentEvent | undefined>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  for await (const event of events) {
    if (signal.aborted) break;
    if (!response.write(format(event))) await drained(response, signal);
  }
  response.end();
}

/** JSON has no line breaks, so one `data:` line holds it. */
function format(event: ServerSentEvent | undefined): string {
  if (event === undefined) return ':\n\n';
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  return `${id}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
