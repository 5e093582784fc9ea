// Rows of the API: printers.
import { z } from 'zod';
import { didYouMean } from '../../config/did-you-mean.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import type { Printer, PrinterSettings } from '../../printers/printer.ts';
import type { SupplyFacts } from '../../../monitors/device-facts.ts';
import { deviceFactsOf } from '../../printers/device-facts.ts';
import { percentOf } from '../../servers/ipp/describe-device.ts';
import { printerSwitches, type PrinterSwitch, type Spooler } from '../../spooler/contract.ts';
import { findPrinter, findSpooler } from '../find.ts';
import { pageBy } from '../page.ts';
import { administrators, operators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';
import { newPrinter, printer, printerSettings } from '../schemas/printer.ts';
import type { ApiServices } from '../services.ts';
import type { PrinterView } from '../types.ts';

const params = z.object({ printer: z.string().max(512) });

const switchSummaries = {
  enable: 'Let a printer print again',
  disable: 'Stop a printer after the job that prints; jobs are taken and wait',
  accept: 'Let a printer take jobs again',
  reject: 'Let a printer take no more jobs; those that wait are printed',
  'hold-new-jobs': 'Hold the jobs that come from now on',
  'release-held-new-jobs': 'Hold new jobs no longer, and let go those that were held',
} as const satisfies Record<PrinterSwitch, string>;

export const printerRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/printers',
    summary: 'The printers, by name',
    tag: 'printers',
    who: viewers,
    params: noParams,
    query: z.object({ ...pageQuery, spooler: z.string().optional() }),
    input: noBody,
    output: pageOf(printer),
    async run({ query, services }) {
      const { directory } = services;
      const only = query.spooler === undefined ? undefined : findSpooler(directory, query.spooler);
      if (only?.kind === 'refused') return only;
      const { items, ...rest } = pageBy(
        await allPrinters(only === undefined ? directory.all() : [only.spooler]),
        (item) => `${item.printer.name.toLowerCase()} ${item.spooler.id}`,
        query,
      );
      return { items: await viewsOf(services, items), ...rest };
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/printers',
    summary: 'Make a printer',
    tag: 'printers',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newPrinter,
    output: printer,
    status: 201,
    async run({ input: { name, spooler, ...settings }, principal, services }) {
      const found = findSpooler(services.directory, spooler);
      if (found.kind === 'refused') return found;
      const made = await found.spooler.printers.create(name, settings, principal);
      return made.kind === 'refused'
        ? await withNearPort(made, found.spooler, settings)
        : view(services, found.spooler, made.printer);
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/printers/{printer}',
    summary: 'One printer, by UUID, name or group/name',
    changing: ['status', 'addresses', 'supplies'],
    tag: 'printers',
    who: viewers,
    params,
    query: noQuery,
    input: noBody,
    output: printer,
    async run({ params: { printer: name }, services }) {
      const found = await findPrinter(services.directory, name);
      return found.kind === 'refused' ? found : view(services, found.spooler, found.printer);
    },
  }),
  jsonRoute({
    method: 'PATCH',
    path: '/printers/{printer}',
    summary: 'Change a printer; what is left out stays',
    tag: 'printers',
    who: administrators,
    params,
    query: noQuery,
    input: printerSettings,
    output: printer,
    async run({ params: { printer: name }, input, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const changed = await found.spooler.printers.change(found.printer.id, input, principal);
      if (changed.kind === 'refused') return withNearPort(changed, found.spooler, input);
      return view(services, found.spooler, changed.printer);
    },
  }),
  ...printerSwitches.map(switchRoute),
  jsonRoute({
    method: 'DELETE',
    path: '/printers/{printer}',
    summary: 'Remove a printer; refused while jobs wait, unless cancelJobs=true',
    tag: 'printers',
    who: administrators,
    params,
    query: z.object({ cancelJobs: z.stringbool().default(false) }),
    input: noBody,
    output: z.object({ removed: z.string() }),
    async run({ params: { printer: name }, query, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { id } = found.printer;
      const done = await found.spooler.printers.remove(id, query, principal);
      return done.kind === 'refused' ? done : { removed: id };
    },
  }),
];

function switchRoute(what: PrinterSwitch): Route {
  return jsonRoute({
    method: 'POST',
    path: `/printers/{printer}/${what}`,
    summary: switchSummaries[what],
    tag: 'printers',
    who: operators,
    params,
    query: noQuery,
    input: z.strictObject({ note: z.string().max(1_023).exactOptional() }),
    output: printer,
    async run({ params: { printer: name }, input: { note }, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { spooler } = found;
      const done = await spooler.printers.operate(found.printer.id, what, principal, note);
      return done.kind === 'refused' ? done : view(services, spooler, done.printer);
    },
  });
}

/** Names the port that a mistyped one was probably meant to be. */
async function withNearPort(
  refusal: Refusal,
  { ports }: Spooler,
  { portNames = [] }: PrinterSettings,
): Promise<Refusal> {
  if (refusal.code !== 'port-not-found') return refusal;
  const known = (await ports.list()).map(({ info }) => info.name);
  const missing = portNames.find((name) => !known.includes(name)) ?? '';
  return refused(refusal.code, `${refusal.message}.${didYouMean(missing, known)}`);
}

async function allPrinters(
  spoolers: readonly Spooler[],
): Promise<readonly { readonly spooler: Spooler; readonly printer: Printer }[]> {
  const lists = spoolers.map(async (spooler) =>
    (await spooler.printers.list()).map((item) => ({ spooler, printer: item })),
  );
  return (await Promise.all(lists)).flat();
}

interface Shown {
  readonly spooler: Spooler;
  readonly printer: Printer;
}

async function view(
  services: ApiServices,
  spooler: Spooler,
  printer: Printer,
): Promise<PrinterView> {
  const [shown] = await viewsOf(services, [{ spooler, printer }]);
  if (shown === undefined) throw new Error('one printer makes one view');
  return shown;
}

/** Each spooler is asked once for all of its printers: a fleet has a thousand. */
async function viewsOf(
  { appliance }: ApiServices,
  items: readonly Shown[],
): Promise<readonly PrinterView[]> {
  const spoolers = [...new Set(items.map(({ spooler }) => spooler))];
  const asked = await Promise.all(
    spoolers.map(async (spooler) => {
      const ids = items.flatMap((item) => (item.spooler === spooler ? [item.printer.id] : []));
      const [statuses, ports] = await Promise.all([
        spooler.printers.statuses(ids),
        spooler.ports.list(),
      ]);
      const byName = new Map(ports.map((port) => [port.info.name, port]));
      return [spooler, { statuses, byName }] as const;
    }),
  );
  const known = new Map(asked);
  return items.map(({ spooler, printer }) => {
    const { statuses, byName } = known.get(spooler) ?? {};
    const ports = printer.portNames.flatMap((name) => byName?.get(name) ?? []);
    const { supplies } = deviceFactsOf(printer.portNames, ports);
    return {
      ...printer,
      status: statuses?.get(printer.id) ?? goneStatus,
      addresses: appliance.printerAddresses(printer),
      ...(supplies === undefined ? {} : { supplies: supplies.map(supplyView) }),
    };
  });
}

const goneStatus: PrinterView['status'] = {
  state: 'stopped',
  reasons: ['shutdown'],
  message: 'removed',
  queuedJobCount: 0,
};

function supplyView(supply: SupplyFacts) {
  const percent = percentOf(supply);
  const { name, kind } = supply;
  return { name, kind, ...(percent === undefined ? {} : { percent }) };
}
