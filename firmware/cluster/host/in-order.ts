// Work on a row of things, several at once, of which what was done before the first failure counts.

export interface Outcome<Result> {
  /** Of the items before the first that failed, in their order. */
  readonly done: readonly Result[];
  /** Of items behind it, which were under way already. */
  readonly surplus: readonly Result[];
  /** Why the first that failed did; undefined: none. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** Begun in order, at most `atOnce` at a time, and none after a failure. Never rejects. */
export async function workInOrder<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Outcome<Result>> {
  const results = new Map<number, Result>();
  const rest = items.entries();
  let failedAt = Infinity;
  let failure: Outcome<Result>['failure'];
  const worker = async (): Promise<void> => {
    for (const [at, item] of rest) {
      try {
        results.set(at, await work(item));
      } catch (error) {
        if (at < failedAt) failure = { error };
        failedAt = Math.min(failedAt, at);
      }
      if (failedAt < Infinity) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  const inOrder = [...results].toSorted(([a], [b]) => a - b);
  const of = (isWanted: (at: number) => boolean) =>
    inOrder.filter(([at]) => isWanted(at)).map(([, result]) => result);
  return { done: of((at) => at < failedAt), surplus: of((at) => at > failedAt), failure };
}
