// Jobs of the whole appliance or of one printer: those to come, and those that ended.
import type { JobView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { JobTable } from '../parts/job-table.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { jobsChanged, readJobs, type JobsWanted } from '../state/live.ts';
import { groupOf } from '../state/pair.ts';
import { attempt } from '../state/told.ts';
import { t } from '../text.ts';

const pageItems = 50;

export function Jobs() {
  return (
    <main id="content">
      <h1>{t('jobs.title')}</h1>
      <JobLists />
    </main>
  );
}

export function JobLists({ printerId }: { readonly printerId?: string }) {
  const [which, setWhich] = useState<'not-completed' | 'completed'>('not-completed');
  return (
    <>
      <Tabs
        label={t('jobs.title')}
        tabs={[
          { value: 'not-completed', text: t('jobs.current') },
          { value: 'completed', text: t('jobs.ended') },
        ]}
        chosen={which}
        onChoose={setWhich}
      />
      <JobList key={which} wanted={{ which, ...placeOf(printerId) }} />
    </>
  );
}

/** A printer of a group is asked for with the group, so that its owner answers. */
function placeOf(printerId: string | undefined): Omit<JobsWanted, 'which'> {
  if (printerId === undefined) return {};
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
      <JobTable jobs={jobs} withPrinter={wanted.printer === undefined} />
      {next === undefined || limit >= 200 ? null : (
        <button type="button" class="plain" onClick={() => setLimit(limit + pageItems)}>
          {t('do.more')}
        </button>
      )}
    </>
  );
}
