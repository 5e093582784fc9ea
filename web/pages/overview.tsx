// The first look: what needs a person now, every printer, and how the box is.
import type { PairJobView, PrinterView } from '../../firmware/api/types.ts';
import { useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { isElsewhere, jobPath } from '../parts/job-table.tsx';
import { PairPanel } from '../parts/pair-panel.tsx';
import { PeerPrinters } from '../parts/peer-printers.tsx';
import {
  Complaints,
  needsPerson,
  peerNeedsPerson,
  PrinterComplaints,
  PrinterState,
} from '../parts/printer-state.tsx';
import { Supplies } from '../parts/supplies.tsx';
import { printers, printersKnown, system } from '../state/live.ts';
import { groups, isSafe, pair, peerPrinters } from '../state/pair.ts';
import { usePairJobs } from '../state/pair-jobs.ts';
import { hrefOf } from '../state/route.ts';
import { isAdministrator, isOperator } from '../state/session.ts';
import { said, t } from '../text.ts';
import { ask } from '../wire/api.ts';

/** Cards drawn at first; a school has ten printers, a fleet is searched. */
const shownAtFirst = 60;
const heldShown = 5;
const heldAsked = 200;

export function Overview() {
  const [sought, setSought] = useState('');
  const [most, setMost] = useState(shownAtFirst);
  const all = [...printers.value.values()];
  const matching = all
    .filter((printer) => matches(printer, sought))
    .toSorted((a, b) => Number(needsPerson(b)) - Number(needsPerson(a)) || byName(a, b));
  const shown = matching.slice(0, most);
  return (
    <main id="content">
      <h1 class="quiet">{t('nav.overview')}</h1>
      <Attention all={all} />
      <PairPanel />
      <section aria-labelledby="printers">
        <div class="row spread">
          <h2 id="printers">{t('overview.printers')}</h2>
          {all.length > 6 ? (
            <label class="search">
              <span>{t('overview.find')}</span>
              <input
                type="search"
                value={sought}
                onInput={({ currentTarget }) => setSought(currentTarget.value)}
              />
            </label>
          ) : null}
        </div>
        {printersKnown.value && all.length === 0 ? (
          <p>
            {t('overview.none')}{' '}
            {isAdministrator() ? <a href={hrefOf('add')}>{t('add.title')}</a> : null}
          </p>
        ) : null}
        <div class="grid">
          {shown.map((printer) => (
            <PrinterCard key={printer.id} printer={printer} />
          ))}
        </div>
        {matching.length > shown.length ? (
          <p class="row">
            {t('overview.showing', { shown: shown.length, total: matching.length })}
            <button type="button" class="plain" onClick={() => setMost(most + shownAtFirst)}>
              {t('do.more')}
            </button>
          </p>
        ) : null}
      </section>
      <PeerPrinters />
    </main>
  );
}

function matches({ name, location, description }: PrinterView, sought: string): boolean {
  const words = sought.toLowerCase();
  return `${name} ${location} ${description}`.toLowerCase().includes(words);
}

function byName(a: PrinterView, b: PrinterView): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true });
}

/** What a person has to do now, and nothing else. */
function Attention({ all }: { readonly all: readonly PrinterView[] }) {
  const bad = all.filter(needsPerson).toSorted(byName);
  const held = useHeldJobs();
  const problems = system.value?.health.problems ?? [];
  const untrusted = system.value?.timeTrusted === false;
  const far = peerPrinters.value?.items.filter(peerNeedsPerson) ?? [];
  const nothing = bad.length + far.length + held.length + problems.length === 0;
  if (!printersKnown.value) return <p aria-busy="true">{t('app.loading')}</p>;
  // The panel of the pair below says what is wrong then; all is not well.
  const seen = pair.value;
  if (nothing && seen?.paired === true && !isSafe(seen, groups.value)) return null;
  return (
    <section aria-labelledby="attention" class={nothing ? 'well' : 'attention'}>
      <h2 id="attention">{nothing ? t('overview.all-well') : t('overview.attention')}</h2>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>
            {t('overview.health')} {problem}
          </li>
        ))}
        {bad.map((printer) => (
          <li key={printer.id}>
            <a href={hrefOf('printers', printer.id)}>{printer.name}</a>
            {printer.location === '' ? '' : ` (${printer.location})`}
            <PrinterComplaints printer={printer} />
          </li>
        ))}
        {far.map(({ id, name, location, status }) => (
          <li key={id}>
            {name} (
            {[location, pair.value?.peer?.name ?? ''].filter((each) => each !== '').join(', ')})
            {status === undefined ? null : <Complaints status={status} />}
          </li>
        ))}
        {held.map((job) => (
          <li key={job.id}>
            {t('overview.held-one', { number: job.number, name: job.name, why: said(job.message) })}{' '}
            {isOperator() && !isElsewhere(job) ? (
              <Button
                label={`${t('do.release')}: ${job.number}`}
                run={() => ask(`${jobPath(job)}/release`, { method: 'POST' })}
              >
                {t('do.release')}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {untrusted ? <small>{t('overview.clock')}</small> : null}
    </section>
  );
}

/** Jobs that Platen itself held after an interruption, not those that a person put off. */
function useHeldJobs(): readonly PairJobView[] {
  const seen = usePairJobs({ which: 'held', limit: heldAsked });
  // What the other box may have printed has a question of its own, in the panel of the pair.
  const stuck = seen?.items.filter(({ attempts, hold }) => attempts > 0 && hold?.kind !== 'peer');
  return stuck?.slice(0, heldShown) ?? [];
}

function groupName(spooler: string): string {
  return groups.value.find(({ id }) => id === spooler)?.name ?? spooler;
}

function PrinterCard({ printer }: { readonly printer: PrinterView }) {
  const { queuedJobCount } = printer.status;
  return (
    <article class={needsPerson(printer) ? 'card bad' : 'card'}>
      <h3>
        <a href={hrefOf('printers', printer.id)}>{printer.name}</a>
        {printer.spooler === 'local' ? null : <small>{groupName(printer.spooler)}</small>}
      </h3>
      <p class="row spread">
        <PrinterState printer={printer} />
        <span>
          {queuedJobCount === 0
            ? t('printer.waiting-none')
            : t('printer.waiting', { count: queuedJobCount })}
        </span>
      </p>
      {printer.location === '' ? null : <p class="place">{printer.location}</p>}
      <PrinterComplaints printer={printer} />
      <Supplies printer={printer} />
    </article>
  );
}
