// A small plot: how many pages, or jobs, a printer ended on each of the last days.
import type { JobView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { jobsChanged, readJobs } from '../state/live.ts';
import { groupOf } from '../state/pair.ts';
import { attempt } from '../state/told.ts';
import { language, t } from '../text.ts';

const days = 14;
const dayMs = 24 * 60 * 60 * 1_000;
const barWidth = 10;
const height = 40;
const mostJobs = 200;

interface Day {
  readonly startMs: number;
  readonly jobs: number;
}

export function JobsPlot({ printerId }: { readonly printerId: string }) {
  const [ended, setEnded] = useState<readonly JobView[]>([]);
  const changes = jobsChanged.value;
  useEffect(() => {
    void attempt(async () => {
      const spooler = groupOf(printerId);
      const page = await readJobs({
        which: 'completed',
        printer: printerId,
        limit: mostJobs,
        ...(spooler === undefined ? {} : { spooler }),
      });
      setEnded(page.items);
    });
  }, [printerId, changes]);
  const withPages = ended.some(({ pages }) => pages !== undefined);
  const title = t(withPages ? 'printer.pages' : 'printer.jobs-plot');
  const counted = perDay(ended, Date.now(), withPages);
  const most = Math.max(1, ...counted.map(({ jobs }) => jobs));
  const date = new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'short' });
  const words = counted.map(({ startMs, jobs }) => `${date.format(startMs)}: ${jobs}`).join(', ');
  if (ended.length === 0) return null;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg
        class="plot"
        role="img"
        aria-label={`${title}: ${words}`}
        viewBox={`0 0 ${days * barWidth} ${height}`}
      >
        {counted.map(({ startMs, jobs }, index) => {
          const tall = (jobs / most) * (height - 2);
          return (
            <rect
              key={startMs}
              x={index * barWidth + 1}
              y={height - tall}
              width={barWidth - 2}
              height={tall}
            >
              <title>{`${date.format(startMs)}: ${jobs}`}</title>
            </rect>
          );
        })}
      </svg>
    </figure>
  );
}

function perDay(jobs: readonly JobView[], nowMs: number, withPages: boolean): readonly Day[] {
  const midnight = new Date(nowMs).setHours(0, 0, 0, 0);
  return Array.from({ length: days }, (_, index) => {
    const startMs = midnight - (days - 1 - index) * dayMs;
    const inDay = ({ endedAt }: JobView): boolean =>
      endedAt !== undefined && endedAt.ms >= startMs && endedAt.ms < startMs + dayMs;
    const ended = jobs.filter(inDay);
    // Pages where the printers told them; else jobs are what can be counted.
    const pages = ended.reduce((sum, { pages: count = 0 }) => sum + count, 0);
    return { startMs, jobs: withPages ? pages : ended.length };
  });
}
