// What the appliance knows, kept as it is now: read once, then changed by its events.
import { batch, signal } from '@preact/signals';
import type { ApplianceView, JobView, PageView, PrinterView } from '../../firmware/api/types.ts';
import { ApiProblem, ask, askAll, askUnlessGone } from '../wire/api.ts';

export const system = signal<ApplianceView | undefined>(undefined);
export const printers = signal<ReadonlyMap<string, PrinterView>>(new Map());
export const printersKnown = signal(false);
/** False while the stream of events is broken: what is shown may be old. */
export const connected = signal(true);
/** Grows with each event of a job: lists of jobs look again. */
export const jobsChanged = signal(0);
/** Grows with each event of groups and peer. */
export const pairChanged = signal(0);

/** Events come in bursts; one look answers many. */
const settleMs = 250;
/** More printers than this changed at once: reading the whole list is cheaper. */
const mostSingleReads = 20;
const pageItems = 200;

interface EventData {
  readonly printerId?: string;
}

export interface Live {
  stop(): void;
}

/** Reads everything, and follows the events until it is stopped. */
export function follow(onGone: () => void): Live {
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let whole = false;

  const settle = async (): Promise<void> => {
    timer = undefined;
    const ids = [...changed];
    const all = whole || ids.length > mostSingleReads;
    changed.clear();
    whole = false;
    try {
      if (all) await readAll();
      else await Promise.all(ids.map(readPrinter));
    } catch (error) {
      if (error instanceof ApiProblem && error.problem.status === 401) onGone();
      else lookAgain();
    }
  };
  const lookAgain = (): void => {
    timer ??= setTimeout(() => void settle(), settleMs);
  };

  const source = new EventSource('/api/v1/events');
  source.addEventListener('open', () => {
    // What happened before the stream stood is in no event.
    connected.value = true;
    whole = true;
    // Somebody waits for the first look; later ones come in bursts.
    if (printersKnown.peek()) lookAgain();
    else void settle();
  });
  source.addEventListener('error', () => {
    connected.value = false;
    // A stream that was refused ends; whether somebody is still logged in shows at the next look.
    if (source.readyState === EventSource.CLOSED) {
      whole = true;
      lookAgain();
    }
  });
  source.addEventListener('gap', () => {
    whole = true;
    batch(() => {
      jobsChanged.value += 1;
      pairChanged.value += 1;
    });
    lookAgain();
  });
  for (const type of jobEvents) {
    source.addEventListener(type, (event: MessageEvent<string>) => {
      jobsChanged.value += 1;
      note(event);
    });
  }
  for (const type of printerEvents) source.addEventListener(type, note);
  for (const type of pairEvents) {
    source.addEventListener(type, () => {
      pairChanged.value += 1;
      whole = true;
      lookAgain();
    });
  }

  function note(event: MessageEvent<string>): void {
    const { printerId }: EventData = JSON.parse(event.data);
    if (printerId === undefined) whole = true;
    else changed.add(printerId);
    lookAgain();
  }

  return {
    stop() {
      source.close();
      clearTimeout(timer);
    },
  };
}

const jobEvents = ['job-created', 'job-state-changed', 'job-removed'] as const;
const printerEvents = [
  'printer-created',
  'printer-config-changed',
  'printer-state-changed',
  'printer-deleted',
  'port-status-changed',
] as const;
const pairEvents = [
  'group-owner-changed',
  'group-failed-over',
  'group-exposed',
  'group-in-step',
  'group-online',
  'group-offline',
  'group-failed',
  'group-jobs-held',
  'group-jobs-released',
] as const;

async function readAll(): Promise<void> {
  system.value = await ask<ApplianceView>('/system');
  const show = (items: readonly PrinterView[]): void => {
    printers.value = new Map(items.map((printer) => [printer.id, printer]));
  };
  const first = !printersKnown.value;
  show(await askAll<PrinterView>('/printers', { limit: pageItems }, first ? show : undefined));
  printersKnown.value = true;
}

async function readPrinter(id: string): Promise<void> {
  const read = await askUnlessGone<PrinterView>(`/printers/${encodeURIComponent(id)}`);
  const next = new Map(printers.value);
  if (read === undefined) next.delete(id);
  else next.set(id, read);
  printers.value = next;
}

export interface JobsWanted {
  readonly which: 'completed' | 'not-completed' | 'all';
  readonly printer?: string;
  readonly spooler?: string;
  readonly after?: string;
  readonly limit?: number;
}

export function readJobs(wanted: JobsWanted): Promise<PageView<JobView>> {
  return ask<PageView<JobView>>('/jobs', { query: { ...wanted } });
}
