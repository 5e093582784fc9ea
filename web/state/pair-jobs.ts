// Jobs of the whole pair, looked at again with each event; those of the other box make none here.
import type { PairJobsView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../wire/api.ts';
import { jobsChanged } from './live.ts';
import { pair } from './pair.ts';
import { attempt } from './told.ts';

const lookAgainMs = 3_000;

export interface PairJobsWanted {
  readonly which: 'completed' | 'not-completed' | 'held';
  readonly limit: number;
}

/** Undefined until the first answer. */
export function usePairJobs({ which, limit }: PairJobsWanted): PairJobsView | undefined {
  const [seen, setSeen] = useState<PairJobsView>();
  const changes = jobsChanged.value;
  const isPaired = pair.value?.paired === true;
  useEffect(() => {
    let current = true;
    const look = async (): Promise<void> => {
      const read = await ask<PairJobsView>('/pair/jobs', { query: { which, limit } });
      if (current) setSeen(read);
    };
    void attempt(look);
    // What goes wrong now and then is told by the first look, and by the stream of events.
    const lookAgain = (): void => void look().catch(() => undefined);
    const timer = isPaired ? setInterval(lookAgain, lookAgainMs) : 0;
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [changes, which, limit, isPaired]);
  return seen;
}
