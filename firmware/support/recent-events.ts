// The newest events of the ring, for those who look back.
import type { Events, PlatenEvent } from '../events/event.ts';

/** At most so many; the ring is read from its oldest on, page by page. */
export async function newestEvents(
  events: Pick<Events, 'since'>,
  most: number,
): Promise<readonly PlatenEvent[]> {
  let newest: readonly PlatenEvent[] = [];
  for (let after = 0; ; ) {
    const page = await events.since(after, most);
    newest = [...newest, ...page.events].slice(-most);
    const last = page.events.at(-1);
    if (last === undefined || page.events.length < most) return newest;
    after = last.id;
  }
}
