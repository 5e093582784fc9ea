// Jobs as rows, with what can be done to each.
import type { JobView, PairJobView } from '../../firmware/api/types.ts';
import { useEffect, useId, useState } from 'preact/hooks';
import { bytesText, said, t, timeText } from '../text.ts';
import { ask } from '../wire/api.ts';
import { confirm } from './confirm.tsx';
import { Button } from './button.tsx';
import { jobsChanged, printers } from '../state/live.ts';
import { groups, pair, peerPrinters } from '../state/pair.ts';
import { hrefOf } from '../state/route.ts';
import { isOperator } from '../state/session.ts';
import { tell } from '../state/told.ts';

/** Of one printer, or of the whole pair with who answers for it. */
type ShownJob = JobView | PairJobView;

const progressMs = 2_000;
/** What is sent in a moment needs no bar. */
const longBytes = 1024 * 1024;

interface JobTableProps {
  readonly jobs: readonly ShownJob[];
  /** With a column for the printer. */
  readonly withPrinter: boolean;
}

export function JobTable({ jobs, withPrinter }: JobTableProps) {
  useProgress(jobs);
  if (jobs.length === 0) return <p>{t('jobs.none')}</p>;
  return (
    <table class="cards">
      <thead>
        <tr>
          <th scope="col">{t('jobs.number')}</th>
          <th scope="col">{t('jobs.name')}</th>
          {withPrinter ? <th scope="col">{t('overview.printers')}</th> : null}
          <th scope="col">{t('jobs.user')}</th>
          <th scope="col">{t('jobs.size')}</th>
          <th scope="col">{t('jobs.time')}</th>
          <th scope="col">{t('jobs.state')}</th>
          {isOperator() ? <th scope="col">{t('jobs.actions')}</th> : null}
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} withPrinter={withPrinter} />
        ))}
      </tbody>
    </table>
  );
}

/** Events tell of no bytes: while something prints the list is looked at again. */
function useProgress(jobs: readonly ShownJob[]): void {
  const printing = jobs.some(({ sentBytes }) => sentBytes !== undefined);
  useEffect(() => {
    if (!printing) return undefined;
    const timer = setInterval(() => {
      jobsChanged.value += 1;
    }, progressMs);
    return () => clearInterval(timer);
  }, [printing]);
}

/** The other box’s own jobs: they are looked at here, and worked with at its page. */
export function isElsewhere(job: ShownJob): boolean {
  return 'at' in job && job.at === 'peer' && job.owner === 'local';
}

function JobRow({ job, withPrinter }: { readonly job: ShownJob; readonly withPrinter: boolean }) {
  return (
    <tr>
      <td data-label={t('jobs.number')}>{job.number}</td>
      <td data-label={t('jobs.name')} class="name">
        {job.name}
      </td>
      {withPrinter ? (
        <td data-label={t('overview.printers')}>
          <PrinterOf job={job} />
        </td>
      ) : null}
      <td data-label={t('jobs.user')}>
        {job.origin.userName} <small>{job.origin.address}</small>
      </td>
      <td data-label={t('jobs.size')}>{bytesText(sizeOf(job))}</td>
      <td data-label={t('jobs.time')}>{timeText(job.endedAt ?? job.createdAt)}</td>
      <td data-label={t('jobs.state')}>
        <JobState job={job} />
      </td>
      {isOperator() ? (
        <td data-label={t('jobs.actions')}>
          {isElsewhere(job) ? <ItsPage /> : <JobActions job={job} />}
        </td>
      ) : null}
    </tr>
  );
}

function PrinterOf({ job }: { readonly job: ShownJob }) {
  const group = groups.value.find(({ id }) => id === job.spooler)?.name;
  const here = printers.value.get(job.printerId);
  const there = peerPrinters.value?.items.find(({ id }) => id === job.printerId);
  const name = here?.name ?? there?.name ?? '–';
  const place = isElsewhere(job) ? pair.value?.peer?.name : group;
  const href =
    here === undefined && group !== undefined
      ? hrefOf('printers', `${group}/${name}`)
      : hrefOf('printers', job.printerId);
  return (
    <>
      {isElsewhere(job) ? name : <a href={href}>{name}</a>}{' '}
      {place === undefined ? null : <small>{place}</small>}
    </>
  );
}

function ItsPage() {
  const page = peerPrinters.value?.page;
  const peer = pair.value?.peer?.name ?? t('pair.other');
  return page === undefined ? null : <a href={page}>{t('pair.page-of', { peer })}</a>;
}

export function JobState({ job }: { readonly job: JobView }) {
  const text =
    job.state === 'completed' && job.outcome !== undefined
      ? t(`job.completed.${job.outcome}`)
      : t(`job.${job.state}`);
  return (
    <>
      <span class={`state ${job.state}`}>{text}</span>
      <Progress job={job} />
      {job.message === '' ? null : <small class="why">{said(job.message)}</small>}
      {job.possiblyPrintedTwice ? <small class="warn">{t('jobs.twice')}</small> : null}
    </>
  );
}

function Progress({ job }: { readonly job: JobView }) {
  const bytes = sizeOf(job) * job.copies;
  if (job.sentBytes === undefined || bytes < longBytes) return null;
  const share = t('jobs.sent-of', { sent: bytesText(job.sentBytes), all: bytesText(bytes) });
  return (
    <>
      <progress value={job.sentBytes} max={bytes} aria-label={share} />
      <small>{share}</small>
    </>
  );
}

function sizeOf({ documents }: JobView): number {
  return documents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** A group's job is called by the group, so that its owner answers, whichever box is asked. */
export function jobPath({ id, spooler, number }: JobView): string {
  const group = groups.value.find((each) => each.id === spooler);
  return `/jobs/${encodeURIComponent(group === undefined ? id : `${group.name}/${number}`)}`;
}

function JobActions({ job }: { readonly job: JobView }) {
  const { number, name } = job;
  const act = (action: string, json: unknown = {}): Promise<JobView> =>
    ask<JobView>(`${jobPath(job)}/${action}`, { method: 'POST', json });
  const bare = (action: string): Promise<JobView> =>
    ask<JobView>(`${jobPath(job)}/${action}`, { method: 'POST' });
  const ended = ['canceled', 'aborted', 'completed'].includes(job.state);
  const printing = job.state.startsWith('processing');
  const said = (key: 'do.hold' | 'do.release' | 'do.cancel' | 'do.reprint'): string =>
    `${t(key)}: ${number}`;
  if (ended) {
    if (!job.retained) return null;
    return (
      <Button
        label={said('do.reprint')}
        run={async () => tell(t('jobs.again', { number: (await act('reprint')).number }))}
      >
        {t('do.reprint')}
      </Button>
    );
  }
  return (
    <div class="row">
      {job.state === 'pending-held' ? (
        <Button label={said('do.release')} run={() => bare('release')}>
          {t('do.release')}
        </Button>
      ) : null}
      {job.state === 'pending' ? (
        <Button label={said('do.hold')} run={() => act('hold', { kind: 'indefinite' })}>
          {t('do.hold')}
        </Button>
      ) : null}
      {printing ? null : <MoveJob job={job} move={(printer) => act('move', { printer })} />}
      <Button
        kind="danger"
        label={said('do.cancel')}
        run={async () => {
          const sure = await confirm(t('jobs.cancel-sure', { number, name }), t('do.cancel'));
          if (!sure) return;
          await bare('cancel');
          tell(t('jobs.cancelled', { number }));
        }}
      >
        {t('do.cancel')}
      </Button>
    </div>
  );
}

interface MoveJobProps {
  readonly job: JobView;
  readonly move: (printerId: string) => Promise<unknown>;
}

function MoveJob({ job, move }: MoveJobProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const { number } = job;
  if (!open) {
    return (
      <button
        type="button"
        class="plain"
        aria-label={`${t('do.move')}: ${number}`}
        onClick={() => setOpen(true)}
      >
        {t('do.move')}
      </button>
    );
  }
  const group = groups.value.find((each) => each.id === job.spooler)?.name;
  const others = [
    ...[...printers.value.values()].filter(({ spooler }) => spooler === job.spooler),
    // A group that the other box owns.
    ...(peerPrinters.value?.items.filter(({ owner }) => owner === group) ?? []),
  ].filter((printer) => printer.id !== job.printerId);
  const go = async (select: HTMLSelectElement): Promise<void> => {
    const printer = others.find((other) => other.id === select.value);
    if (printer === undefined) return;
    await move(printer.id);
    setOpen(false);
    tell(t('jobs.moved', { number, printer: printer.name }), {
      label: t('do.undo'),
      run: () => void move(job.printerId),
    });
  };
  return (
    <span class="row">
      <label for={id}>{t('jobs.move-to', { number })}</label>
      <select id={id} onChange={({ currentTarget }) => void go(currentTarget)}>
        <option value="">…</option>
        {others.map((printer) => (
          <option key={printer.id} value={printer.id}>
            {printer.name}
          </option>
        ))}
      </select>
    </span>
  );
}
