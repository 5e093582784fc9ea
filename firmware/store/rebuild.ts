// Builds a database anew from the spool and the keepsake: every accepted document prints, none that
// may have printed does so by itself.
import type { EventDraft } from '../events/event.ts';
import type { Moment } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import { defaultSettings } from '../printers/settings.ts';
import type { RecoverableDocument } from '../spool/scan.ts';
import type { CommitUnit, Term } from './contract.ts';
import { foldName } from './fold.ts';
import type { Keepsake } from './keepsake.ts';
import { putLogEnd } from './log-rows.ts';
import type { Change } from './records/table.ts';
import type { Sql } from './sql.ts';
import { applyUnit, type PlacedUnit } from './unit.ts';

/** What became of a database that was damaged. */
export interface RebuildReport {
  /** What was wrong with it. */
  readonly why: string;
  /** Where it lies now. */
  readonly setAside: string;
  readonly jobs: number;
  /** Of these, jobs that may have printed and wait for a person. */
  readonly held: number;
  /** Jobs whose documents are not all there. */
  readonly incomplete: number;
  readonly printers: number;
  readonly hadKeepsake: boolean;
  /** The settings of a backup took its place: nothing was damaged. */
  readonly restored: boolean;
}

/** Older than any owner of a log. */
const noOwner: Term = { generation: 0, counter: 0, node: '' };

export async function rebuild(parts: {
  readonly sql: Sql;
  readonly keepsake: Keepsake | undefined;
  readonly documents: AsyncIterable<RecoverableDocument>;
  readonly why: string;
  readonly setAside: string;
}): Promise<RebuildReport> {
  const { sql, keepsake, why, setAside } = parts;
  const jobs = await jobsIn(parts.documents);
  return sql.transaction(() => {
    if (keepsake?.restored !== undefined) beginEventsAbove(sql, keepsake.restored.eventIdsAbove);
    const printerIds = restoreSettings(sql, keepsake, jobs);
    const whole = jobs.filter(isWhole);
    for (const job of whole) apply(sql, unitOf(job));
    restoreQuotas(sql, keepsake);
    const report: RebuildReport = {
      why,
      setAside,
      jobs: whole.length,
      held: whole.filter(({ mark }) => mark === 'started').length,
      incomplete: jobs.length - whole.length,
      printers: printerIds.size,
      hadKeepsake: keepsake !== undefined,
      restored: keepsake?.restored !== undefined,
    };
    const spoolers = report.restored ? [] : new Set(['local', ...jobs.map((job) => job.spooler)]);
    for (const spooler of spoolers) {
      apply(sql, {
        unit: { ...empty(spooler), events: [eventOf(spooler, report)] },
        locations: [],
      });
    }
    sql.run('INSERT INTO rebuilds (body) VALUES (?)', JSON.stringify(report));
    return report;
  });
}

interface FoundJob {
  readonly id: string;
  readonly spooler: string;
  /** In the order of their numbers. */
  readonly documents: readonly RecoverableDocument[];
  readonly mark: RecoverableDocument['mark'];
}

/** Ended jobs are left out: what is left of them belongs to nobody. */
async function jobsIn(documents: AsyncIterable<RecoverableDocument>): Promise<readonly FoundJob[]> {
  const found = new Map<string, RecoverableDocument[]>();
  for await (const document of documents) {
    const { id } = document.header.job;
    found.set(id, [...(found.get(id) ?? []), document]);
  }
  return [...found]
    .flatMap(([id, all]) => {
      const sorted = all.toSorted((a, b) => a.header.document.number - b.header.document.number);
      const [first] = sorted;
      if (first === undefined || all.some(({ mark }) => mark === 'ended')) return [];
      const { mark, header } = first;
      return [{ id, spooler: header.spooler, documents: sorted, mark }];
    })
    .toSorted((a, b) => startOf(a) - startOf(b));
}

function startOf({ documents }: FoundJob): number {
  return documents[0]?.header.at.ms ?? 0;
}

function isWhole({ documents }: FoundJob): boolean {
  return documents.every(({ header }, index) => header.document.number === index + 1);
}

/** Resolves the printers that there are now. */
function restoreSettings(
  sql: Sql,
  keepsake: Keepsake | undefined,
  jobs: readonly FoundJob[],
): ReadonlySet<string> {
  for (const { spooler, jobNumbersBelow, keys, values } of keepsake?.spoolers ?? []) {
    const changes: Change[] = [
      ...keys.map((path) => ({ type: 'registry.key-created', payload: { path } }) as const),
      ...values.map(
        ({ path, name, value }) =>
          ({ type: 'registry.values-set', payload: { path, values: [{ name, value }] } }) as const,
      ),
    ];
    apply(sql, { unit: { ...empty(spooler), changes }, locations: [] });
    putLogEnd(sql, { spooler, term: noOwner, seq: changes.length });
    sql.run('UPDATE logs SET last_job_number = ? WHERE spooler = ?', jobNumbersBelow, spooler);
  }
  const known = new Set<string>();
  const names = new Set<string>();
  const restore = (asked: Printer) => {
    const key = `${asked.spooler} ${foldName(asked.name)}`;
    const name = names.has(key) ? `${asked.name} ${asked.id}` : asked.name;
    const printer = { ...asked, name, quotas: {} };
    known.add(printer.id);
    names.add(key);
    const change: Change = { type: 'printer.created', payload: { printer } };
    apply(sql, { unit: { ...empty(printer.spooler), changes: [change] }, locations: [] });
  };
  for (const printer of keepsake?.printers ?? []) restore(printer);
  for (const { documents, spooler } of jobs) {
    const header = documents[0]?.header;
    if (header === undefined || known.has(header.printer.id)) continue;
    restore(unknownPrinter(spooler, header.printer, header.at));
  }
  return known;
}

/** Whoever follows the events goes on where it was. */
function beginEventsAbove(sql: Sql, id: number): void {
  sql.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", id);
}

/** After the jobs: a quota that is smaller than what was accepted before must lose none of them. */
function restoreQuotas(sql: Sql, keepsake: Keepsake | undefined): void {
  for (const { id, spooler, quotas, changedAt } of keepsake?.printers ?? []) {
    if (Object.keys(quotas).length === 0) continue;
    const change: Change = {
      type: 'printer.changed',
      payload: { id, settings: { quotas }, at: changedAt },
    };
    apply(sql, { unit: { ...empty(spooler), changes: [change] }, locations: [] });
  }
}

/** Its jobs wait until someone gives it a port. */
function unknownPrinter(
  spooler: string,
  { id, name }: { readonly id: string; readonly name: string },
  at: Moment,
): Printer {
  return {
    id,
    spooler,
    name: name === '' ? id : name,
    ...defaultSettings,
    note: 'Made again from the spool: it has no port yet.',
    createdAt: at,
    changedAt: at,
  };
}

function unitOf({ id, spooler, documents, mark }: FoundJob): PlacedUnit {
  const [first] = documents;
  if (first === undefined) throw new Error(`job ${id} has no document`);
  const { header } = first;
  const { number: _given, hold, holdUntil, ...job } = header.job;
  const isStarted = mark === 'started';
  const waits = isStarted
    ? { hold: false }
    : { hold, ...(holdUntil === undefined ? {} : { holdUntil }) };
  const created: Change = {
    type: 'job.created',
    payload: { ...job, ...waits, printerId: header.printer.id, incoming: true, at: header.at },
  };
  const added = documents.map(({ header: { document, last, at } }, index): Change => {
    // What was started had all its documents.
    const isLast = isStarted ? index === documents.length - 1 : last;
    return { type: 'job.document-added', payload: { jobId: id, document, last: isLast, at } };
  });
  const changes = [created, ...added, ...(isStarted ? possiblyPrinted(id, header.at) : [])];
  return {
    unit: { ...empty(spooler), changes },
    locations: documents.map(({ header: { document }, location }) => ({
      jobId: id,
      number: document.number,
      location,
    })),
  };
}

/** It was started, and nobody knows what became of it. */
function possiblyPrinted(jobId: string, at: Moment): readonly Change[] {
  return [
    { type: 'job.started', payload: { jobId, portName: '', at } },
    {
      type: 'job.interrupted',
      payload: {
        jobId,
        deliveredBytes: 1,
        decision: 'hold',
        reasons: ['job-interrupted-by-device-failure', 'job-restartable'],
        message: 'The registry was lost; the job was started and may have printed already.',
        at,
      },
    },
  ];
}

function eventOf(spooler: string, report: RebuildReport): EventDraft {
  const { why, setAside, jobs, held, incomplete, printers } = report;
  const facts = { why, setAside, jobs, held, incomplete, printers };
  return { type: 'registry-rebuilt', at: { ms: 0, trusted: false }, spooler, facts };
}

function empty(spooler: string): CommitUnit {
  return { spooler, term: noOwner, changes: [] };
}

/** A refusal here is a fault of ours: what cannot be restored must be left out before. */
function apply(sql: Sql, placed: PlacedUnit): void {
  const { outcome } = applyUnit(sql, placed);
  if (outcome.kind === 'refused') throw new Error(`not restored: ${outcome.message}`);
}
