// What needs a person: printers that wait for one, jobs that were held, troubles of the machine,
// groups that go on alone; told when it begins and when it ends.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { Events, PlatenEvent } from '../events/event.ts';
import type { Job, Moment } from '../jobs/job.ts';
import { tellingLimits as limits } from '../limits/telling-limits.ts';
import type { PrinterStatus, Spooler, SpoolerDirectory } from '../spooler/contract.ts';

export interface Notice {
  /** `began` and `ended` come in turns for one key; `happened` has no end. */
  readonly what: 'began' | 'ended' | 'happened';
  readonly kind: 'printer' | 'job' | 'trouble' | 'group';
  /** Names it the same each time: `printer UUID`. */
  readonly key: string;
  /** The printer, job or group, for people. */
  readonly subject: string;
  readonly message: string;
  readonly reasons: readonly string[];
  readonly at: Moment;
}

export interface NeedsOptions {
  readonly events: Pick<Events, 'subscribe'>;
  readonly directory: Pick<SpoolerDirectory, 'byId' | 'all'>;
  readonly clock: Pick<Clock, 'startTimer' | 'wall'>;
  readonly onNotice: (notice: Notice) => void;
}

/** Begins with what lasts already: whoever is told from now on knows nothing. Returns its end. */
export function watchNeeds(options: NeedsOptions): () => void {
  const watch = new NeedsWatch(options);
  const unsubscribe = options.events.subscribe((event) => watch.see(event));
  watch.seeAll();
  return () => {
    unsubscribe();
    watch.stop();
  };
}

/** Somebody has to walk to it: as the page says it. */
export function needsPerson({
  state,
  reasons,
  queuedJobCount,
  waiting = false,
}: PrinterStatus): boolean {
  if (reasons.some((reason) => reason.endsWith('-error'))) return true;
  // A printer by USB says of no paper, of an open cover, of its switch only that it takes nothing.
  const stuck = waiting && reasons.some((reason) => reason.endsWith('-warning'));
  const waits = stuck || reasons.some((each) => /^(connecting-to-device|timed-out)/.test(each));
  const paused = reasons.some((reason) => reason.startsWith('paused'));
  return (state === 'stopped' && !paused) || (waits && queuedJobCount > 0);
}

type Need = Omit<Notice, 'what' | 'at'>;

type Seen = Readonly<
  Partial<Record<PlatenEvent['type'], (event: PlatenEvent, name: string) => void>>
>;

class NeedsWatch {
  readonly #options: NeedsOptions;
  readonly #open = new Map<string, Need>();
  /** Printers to look at, by id, with their spooler; a burst of events is one look. */
  readonly #changed = new Map<string, { readonly spooler: string; readonly name: string }>();
  #timer: Timer | undefined;
  #stopped = false;

  /** By the event's type, with the name of its printer or group; all others need nobody. */
  readonly #seen: Seen = {
    'printer-state-changed': (event, name) => this.#seePrinter(event, name),
    'printer-deleted': ({ printerId }) => this.#end(`printer ${printerId}`),
    'trouble-began': ({ facts, spooler }) =>
      this.#begin({
        kind: 'trouble',
        key: `trouble ${spooler}`,
        subject: 'the appliance',
        message: String(facts['message'] ?? ''),
        reasons: [String(facts['kind'] ?? '')],
      }),
    'trouble-ended': ({ spooler }) => this.#end(`trouble ${spooler}`),
    'group-exposed': ({ spooler }, subject) =>
      this.#begin({
        kind: 'group',
        key: `group ${spooler}`,
        subject,
        message: 'The group goes on alone: a second fault could lose what it accepts.',
        reasons: ['exposed'],
      }),
    'group-in-step': ({ spooler }) => this.#end(`group ${spooler}`),
    'group-failed': ({ facts, spooler }, subject) =>
      this.#begin({
        kind: 'group',
        key: `group failed ${spooler}`,
        subject,
        message: `The group does not serve: ${String(facts['reason'] ?? 'its spooler failed')}.`,
        reasons: ['failed'],
      }),
    'group-online': ({ spooler }) => this.#end(`group failed ${spooler}`),
    'group-jobs-held': ({ facts, spooler }, subject) =>
      this.#begin({
        kind: 'group',
        key: `group jobs ${spooler}`,
        subject,
        message: `${String(facts['jobs'] ?? 'Some')} jobs may have been printed by the other box.`,
        reasons: ['jobs-held'],
      }),
    'group-jobs-released': ({ spooler }) => this.#end(`group jobs ${spooler}`),
    'group-failed-over': ({ spooler }, subject) =>
      this.#tell('happened', {
        kind: 'group',
        key: `group ${spooler}`,
        subject,
        message: 'The group has another owner.',
        reasons: ['failed-over'],
      }),
  };

  constructor(options: NeedsOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  see(event: PlatenEvent): void {
    if (event.type === 'job-state-changed') this.#seeJob(event.jobId, event);
    else this.#seen[event.type]?.(event, String(event.facts['name'] ?? event.facts['group'] ?? ''));
  }

  seeAll(): void {
    // The store says so itself where it can't answer.
    for (const each of this.#options.directory.all()) this.#seeOwned(each).catch(() => undefined);
  }

  async #seeOwned({ id: spooler, printers, jobs }: Spooler): Promise<void> {
    for (const { id, name } of await printers.list()) this.#lookAt(id, { spooler, name });
    const held = await jobs.list({ which: 'held', limit: limits.heldJobs });
    for (const job of held) this.#beginHeld(job);
  }

  #seePrinter({ spooler, printerId }: PlatenEvent, name: string): void {
    if (printerId !== undefined) this.#lookAt(printerId, { spooler, name });
  }

  #lookAt(printerId: string, what: { readonly spooler: string; readonly name: string }): void {
    if (this.#stopped) return;
    this.#changed.set(printerId, what);
    this.#timer ??= this.#options.clock.startTimer(limits.settleMs, () => void this.#look());
  }

  /** Held after an attempt: the appliance itself put it off, and a person has to say. */
  #seeJob(jobId: string, { facts, spooler }: PlatenEvent): void {
    const key = `job ${jobId}`;
    if (facts['state'] !== 'pending-held') return this.#end(key);
    void this.#options.directory
      .byId(spooler)
      ?.jobs.find(jobId)
      .then((job) => (job === undefined ? undefined : this.#beginHeld(job)))
      // The store says so itself where it can't answer.
      .catch(() => undefined);
  }

  #beginHeld({ id, state, attempts, number, name, message, reasons }: Job): void {
    if (state !== 'pending-held' || attempts === 0 || this.#stopped) return;
    const subject = `job ${number} “${name}”`;
    this.#begin({ kind: 'job', key: `job ${id}`, subject, message, reasons });
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const [id, { spooler, name }] of changed) {
      const printers = this.#options.directory.byId(spooler)?.printers;
      const status = await printers?.status(id).catch(() => undefined);
      if (status === undefined) continue;
      const { reasons, message } = status;
      const key = `printer ${id}`;
      if (!needsPerson(status)) this.#end(key);
      else this.#begin({ kind: 'printer', key, subject: name, message, reasons });
    }
  }

  #begin(need: Need): void {
    const before = this.#open.get(need.key);
    if (before?.message === need.message && before.reasons.join() === need.reasons.join()) return;
    this.#open.set(need.key, need);
    this.#tell('began', need);
  }

  #end(key: string): void {
    const need = this.#open.get(key);
    if (need === undefined) return;
    this.#open.delete(key);
    this.#tell('ended', need);
  }

  #tell(what: Notice['what'], need: Need): void {
    this.#options.onNotice({ what, ...need, at: this.#options.clock.wall() });
  }
}
