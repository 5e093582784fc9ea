// Rows of the API: the stream of events.
import { z } from 'zod';
import { eventStream } from '../event-stream.ts';
import { viewers } from '../rights.ts';
import { type Route, streamRoute } from '../route.ts';
import { refused } from '../../errors/codes.ts';

const eventId = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const eventRoutes: readonly Route[] = [
  streamRoute({
    method: 'GET',
    path: '/events',
    summary: 'What happens, as server-sent events; Last-Event-ID or ?after= resumes',
    tag: 'events',
    who: viewers,
    query: z.object({ after: eventId.optional() }),
    contentType: 'text/event-stream',
    async run({ query, raw, services }) {
      const header = raw.header('last-event-id');
      const resumed = header === undefined ? undefined : eventId.safeParse(header);
      if (resumed?.success === false) {
        return refused('bad-request', 'Last-Event-ID is not the id of an event.');
      }
      const afterId = resumed?.data ?? query.after;
      const { events, clock } = services;
      return {
        kind: 'events',
        events: eventStream({ events, clock, afterId }),
      };
    },
  }),
];
