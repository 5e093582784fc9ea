// Work that is done one after the other. What fails is told to whoever asked for it, and the next
// goes on all the same.

export interface Turns {
  /** Done once everything before it is over, however that ended. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves once everything that was asked for by now is over; never rejects. */
  over(): Promise<void>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    take(work) {
      const done = last.then(work);
      last = done.then(
        () => undefined,
        () => undefined,
      );
      return done;
    },
    over: () => last,
  };
}
