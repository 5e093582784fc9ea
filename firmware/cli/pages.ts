// Reads a paged list of the API to its end, at once or page by page.
import { z } from 'zod';
import type { ApiClient } from './command.ts';

/** `path` without paging; `most` bounds what is read. */
export async function readPages<Item extends z.ZodType>(
  api: ApiClient,
  path: string,
  item: Item,
  most = Number.POSITIVE_INFINITY,
  mostAtOnce = 500,
): Promise<readonly z.infer<Item>[]> {
  const page = z.object({ items: z.array(item), next: z.string().optional() });
  const items: z.infer<Item>[] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: String(Math.min(mostAtOnce, most - items.length)),
      ...(after === undefined ? {} : { after }),
    });
    const mark = path.includes('?') ? '&' : '?';
    const read = await api.get(`${path}${mark}${query.toString()}`, page);
    items.push(...read.items);
    after = read.next;
  } while (after !== undefined && items.length < most);
  return items;
}

/** As readPages, one page at a time: for lists that are longer than memory. */
export async function* eachPage<Item extends z.ZodType>(
  api: ApiClient,
  path: string,
  item: Item,
): AsyncGenerator<readonly z.infer<Item>[]> {
  const page = z.object({ items: z.array(item), next: z.string().optional() });
  let after: string | undefined;
  do {
    const query = new URLSearchParams({
      limit: '500',
      ...(after === undefined ? {} : { after }),
    });
    const mark = path.includes('?') ? '&' : '?';
    const read = await api.get(`${path}${mark}${query.toString()}`, page);
    yield read.items;
    after = read.next;
  } while (after !== undefined);
}
