// Cuts a whole list into pages by a name that sorts it.
import type { PageView } from './types.ts';

/** The page after the item named `after`, in the order of `nameOf`. */
export function pageBy<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): PageView<Item> {
  const sorted = items
    .map((item) => ({ item, name: nameOf(item) }))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .filter(({ name }) => after === undefined || name > after);
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    ...(last !== undefined && sorted.length > limit ? { next: last.name } : {}),
  };
}
