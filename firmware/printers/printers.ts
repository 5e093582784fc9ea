// The printers of a spooler: made, changed, removed by commits; a copy in memory serves everyone
// who asks often.
import type { Clock, Random } from '../../hal/contract.ts';
import type { Principal } from '../api/principal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { printingLimits } from '../limits/printing-limits.ts';
import type { Printers, PrinterStatus, PrinterSwitch } from '../spooler/contract.ts';
import type { Permit } from '../spooler/permit.ts';
import { needRole } from '../spooler/rights.ts';
import type { CommitOutcome, Store } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { checkPrinterName, isUuid, nameKey } from './names.ts';
import type { Printer, PrinterSettings } from './printer.ts';
import { checkSettings, defaultSettings, normalSettings } from './settings.ts';
import type { PrinterCondition } from './status.ts';

export interface PrinterRoomOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly permit: Permit;
  readonly clock: Clock;
  readonly random: Random;
  readonly portExists: (portName: string) => boolean;
  /** Why a port that does not exist here can't be had, where somebody knows. */
  readonly refuseStrangePort: (portName: string) => Promise<Refusal | undefined>;
  readonly conditionOf: (printer: Printer) => PrinterCondition;
  readonly cancelAllJobs: (printerId: string, by: Principal) => Promise<Refusal | undefined>;
  readonly releaseHeldOnCreate: (printerId: string) => Promise<Refusal | undefined>;
  /** The set of printers or one of them changed: ports may be used or unused now. */
  readonly onChange: () => void;
}

export interface PrinterRoom {
  readonly service: Printers;
  /** Reads every printer into memory; called once, before the first job. */
  load(): Promise<void>;
  all(): readonly Printer[];
  /** Undefined too while the printer is being removed: it takes no jobs any more. */
  byId(id: string): Printer | undefined;
}

export function createPrinterRoom(options: PrinterRoomOptions): PrinterRoom {
  const byId = new Map<string, Printer>();
  const leaving = new Set<string>();

  const remember = (outcome: Extract<CommitOutcome, { readonly kind: 'committed' }>) => {
    for (const printer of outcome.printers) byId.set(printer.id, printer);
    options.onChange();
  };

  const find = (idOrName: string): Printer | undefined => {
    if (isUuid(idOrName)) return byId.get(idOrName.toLowerCase());
    const key = nameKey(idOrName);
    return [...byId.values()].find((printer) => nameKey(printer.name) === key);
  };

  const committed = async (
    change: Change,
    id: string,
  ): Promise<{ readonly kind: 'done'; readonly printer: Printer } | Refusal> => {
    const outcome = await options.commit([change]);
    if (outcome.kind === 'refused') return outcome;
    remember(outcome);
    if (!options.permit.live()) return notLive();
    const printer = byId.get(id);
    return printer === undefined ? notFound(id) : { kind: 'done', printer };
  };

  const strangePort = async (
    { portNames = [] }: PrinterSettings,
    printer: string,
  ): Promise<Refusal | undefined> => {
    for (const portName of portNames.filter((each) => !options.portExists(each))) {
      const refusal = await options.refuseStrangePort(portName);
      if (refusal === undefined) continue;
      return refused(refusal.code, `printer "${printer}" can't be here: ${refusal.message}`);
    }
    return undefined;
  };

  const statuses: Printers['statuses'] = async (ids) => {
    const counts = await options.store.query('jobs.counts', { spooler: options.spooler });
    return new Map(
      ids.map((id): readonly [string, PrinterStatus] => {
        const printer = byId.get(id);
        if (printer === undefined) return [id, removed];
        return [id, { ...options.conditionOf(printer), queuedJobCount: counts[id] ?? 0 }];
      }),
    );
  };

  const service: Printers = {
    list: async () =>
      [...byId.values()].toSorted((a, b) => (nameKey(a.name) < nameKey(b.name) ? -1 : 1)),
    find: async (idOrName) => find(idOrName),
    async create(name, settings, by) {
      const refusal =
        needRole(by, 'administrator', 'adding a printer') ??
        checkPrinterName(name) ??
        (await strangePort(settings, name)) ??
        checkSettings(settings, options.portExists) ??
        roomForOne(byId.size);
      if (refusal !== undefined) return refusal;
      if (find(name) !== undefined) {
        return refused('printer-exists', `there is a printer called ${name} already`);
      }
      const at = options.clock.wall();
      const printer: Printer = {
        id: options.random.uuid(),
        spooler: options.spooler,
        name: name.normalize('NFC'),
        ...defaultSettings,
        ...normalSettings(settings),
        createdAt: at,
        changedAt: at,
      };
      return await committed({ type: 'printer.created', payload: { printer } }, printer.id);
    },
    async change(id, settings, by) {
      const refusal =
        needRole(by, 'administrator', 'changing a printer') ??
        (await strangePort(settings, byId.get(id)?.name ?? id)) ??
        checkSettings(settings, options.portExists);
      if (refusal !== undefined) return refusal;
      if (!byId.has(id)) return notFound(id);
      const payload = { id, settings: normalSettings(settings), at: options.clock.wall() };
      return await committed({ type: 'printer.changed', payload }, id);
    },
    async operate(id, what, by, note) {
      const refusal =
        needRole(by, 'operator', 'switching a printer') ??
        checkSettings({ note: note ?? '' }, never);
      if (refusal !== undefined) return refusal;
      if (!byId.has(id)) return notFound(id);
      const settings = { ...switched[what], ...(note === undefined ? {} : { note }) };
      const payload = { id, settings, at: options.clock.wall() };
      const answer = await committed({ type: 'printer.changed', payload }, id);
      if (answer.kind === 'refused' || what !== 'release-held-new-jobs') return answer;
      return (await options.releaseHeldOnCreate(id)) ?? answer;
    },
    async remove(id, { cancelJobs }, by) {
      const refusal = needRole(by, 'administrator', 'removing a printer');
      if (refusal !== undefined) return refusal;
      if (!byId.has(id)) return notFound(id);
      leaving.add(id);
      try {
        return await removeNow(id, cancelJobs, by);
      } finally {
        leaving.delete(id);
      }
    },
    status: async (id) => (await statuses([id])).get(id) ?? removed,
    statuses,
  };

  const removeNow = async (id: string, cancelJobs: boolean, by: Principal) => {
    if (cancelJobs) {
      const refusal = await options.cancelAllJobs(id, by);
      if (refusal !== undefined) return refusal;
    }
    const counts = await options.store.query('jobs.counts', { spooler: options.spooler });
    const queued = counts[id] ?? 0;
    if (queued > 0) {
      const jobs = queued === 1 ? '1 job waits' : `${queued} jobs wait`;
      return refused('printer-has-jobs', `${jobs} in the printer`);
    }
    const payload = { id, at: options.clock.wall() };
    const outcome = await options.commit([{ type: 'printer.deleted', payload }]);
    if (outcome.kind === 'refused') return outcome;
    byId.delete(id);
    options.onChange();
    return options.permit.live() ? ({ kind: 'done' } as const) : notLive();
  };

  return {
    service,
    async load() {
      const all = await options.store.query('printers.all', { spooler: options.spooler });
      for (const printer of all) byId.set(printer.id, printer);
    },
    all: () => [...byId.values()],
    byId: (id) => (leaving.has(id) ? undefined : byId.get(id)),
  };
}

const removed: PrinterStatus = {
  state: 'stopped',
  reasons: ['shutdown'],
  message: 'removed',
  queuedJobCount: 0,
};

/** What each switch sets. */
const switched = {
  enable: { enabled: true },
  disable: { enabled: false },
  accept: { accepting: true },
  reject: { accepting: false },
  'hold-new-jobs': { holdNewJobs: true },
  'release-held-new-jobs': { holdNewJobs: false },
} as const satisfies Record<PrinterSwitch, PrinterSettings>;

/** A switch names no port. */
const never = () => false;

function roomForOne(count: number): Refusal | undefined {
  if (count < printingLimits.printers) return undefined;
  return refused(
    'value-not-supported',
    `there are ${printingLimits.printers} printers, the most possible`,
  );
}

function notFound(id: string): Refusal {
  return refused('printer-not-found', `there is no printer ${id}`);
}

function notLive(): Refusal {
  return refused('not-live', 'the change is stored, but this appliance may not answer for it now');
}
