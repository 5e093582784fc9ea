// Jobs of the whole pair or of one printer: those to come, and those that ended.
import type { JobView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { JobTable } from '../parts/job-table.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { jobsChanged, readJobs, type JobsWanted } from '../state/live.ts';
import { groupOf, pair } from '../state/pair.ts';
import { usePairJobs } from '../state/pair-jobs.ts';
import { attempt } from '../state/told.ts';
import { t } from '../text.ts';

const pageItems = 50;
/** More are for the command line: `platen job history --export`. */
const mostItems = 200;

export function Jobs() {
  return (
    <main id="content">
      <h1>{t('jobs.title')}</h1>
      <PairJobs />
    </main>
  );
}

type Which = 'not-completed' | 'completed';

function WhichTabs({ which, onChoose }: { which: Which; onChoose: (which: Which) => void }) {
  return (
    <Tabs
      label={t('jobs.title')}
      tabs={[
        { value: 'not-completed', text: t('jobs.current') },
        { value: 'completed', text: t('jobs.ended') },
      ]}
      chosen={which}
      onChoose={onChoose}
    />
  );
}

/** Of both boxes and their groups, as far as they answer. */
function PairJobs() {
  const [which, setWhich] = useState<Which>('not-completed');
  return (
    <>
      <WhichTabs which={which} onChoose={setWhich} />
      <PairJobList key={which} which={which} />
    </>
  );
}

function PairJobList({ which }: { readonly which: Which }) {
  const [limit, setLimit] = useState(pageItems);
  const seen = usePairJobs({ which, limit });
  if (seen === undefined) return <p aria-busy="true">{t('app.loading')}</p>;
  const peer = pair.value?.peer?.name ?? t('pair.other');
  return (
    <>
      {seen.known ? null : <p class="problem">{t('jobs.peer-missing', { peer })}</p>}
      <JobTable jobs={seen.items} withPrinter />
      <More {...{ next: seen.next, limit, setLimit }} />
    </>
  );
}

interface MoreProps {
  readonly next: string | undefined;
  readonly limit: number;
  readonly setLimit: (limit: number) => void;
}

function More({ next, limit, setLimit }: MoreProps) {
  if (next === undefined || limit >= mostItems) return null;
  return (
    <button type="button" class="plain" onClick={() => setLimit(limit + pageItems)}>
      {t('do.more')}
    </button>
  );
}

export function JobLists({ printerId }: { readonly printerId: string }) {
  const [which, setWhich] = useState<Which>('not-completed');
  return (
    <>
      <WhichTabs which={which} onChoose={setWhich} />
      <JobList key={which} wanted={{ which, ...placeOf(printerId) }} />
    </>
  );
}

/** A printer of a group is asked for with the group, so that its owner answers. */
function placeOf(printerId: string): Omit<JobsWanted, 'which'> {
  const spooler = groupOf(printerId);
  return { printer: printerId, ...(spooler === undefined ? {} : { spooler }) };
}

function JobList({ wanted }: { readonly wanted: JobsWanted }) {
  const [jobs, setJobs] = useState<readonly JobView[]>();
  const [next, setNext] = useState<string>();
  const [limit, setLimit] = useState(pageItems);
  const changes = jobsChanged.value;
  useEffect(() => {
    let current = true;
    void attempt(async () => {
      const page = await readJobs({ ...wanted, limit });
      if (!current) return;
      setJobs(page.items);
      setNext(page.next);
    });
    return () => {
      current = false;
    };
  }, [changes, limit, wanted.which, wanted.printer]);
  if (jobs === undefined) return <p aria-busy="true">{t('app.loading')}</p>;
  return (
    <>
      <JobTable jobs={jobs} withPrinter={false} />
      <More {...{ next, limit, setLimit }} />
    </>
  );
}
