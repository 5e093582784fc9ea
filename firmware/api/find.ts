// Finds what a path of the API names, in all spoolers of this appliance.
import { didYouMean } from '../config/did-you-mean.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import type { Job } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import type { PortStatus, Spooler, SpoolerDirectory } from '../spooler/contract.ts';

export interface FoundPrinter {
  readonly kind: 'found';
  readonly spooler: Spooler;
  readonly printer: Printer;
}

const localSpooler = 'local';

/** By UUID, by name, or by `group/name`. A name alone means the appliance's own printer. */
export async function findPrinter(
  directory: SpoolerDirectory,
  name: string,
): Promise<FoundPrinter | Refusal> {
  const { spooler: owner, rest } = split(name);
  const spoolers = owner === undefined ? directory.all() : named(directory, owner);
  const absent = whyAbsent(directory, owner, spoolers);
  if (absent !== undefined) return absent;
  for (const spooler of localFirst(spoolers)) {
    const printer = await spooler.printers.find(rest);
    if (printer !== undefined) return { kind: 'found', spooler, printer };
  }
  const lists = await Promise.all(spoolers.map((spooler) => spooler.printers.list()));
  const names = lists.flat().map((printer) => printer.name);
  return refused('printer-not-found', `There is no printer "${name}".${didYouMean(rest, names)}`);
}

export async function findJob(
  directory: SpoolerDirectory,
  name: string,
): Promise<{ readonly kind: 'found'; readonly spooler: Spooler; readonly job: Job } | Refusal> {
  const { spooler: owner, rest } = split(name);
  const spoolers = owner === undefined ? directory.all() : named(directory, owner);
  const absent = whyAbsent(directory, owner, spoolers);
  if (absent !== undefined) return absent;
  for (const spooler of localFirst(spoolers)) {
    const job = await spooler.jobs.find(/^[1-9]\d{0,9}$/.test(rest) ? Number(rest) : rest);
    if (job !== undefined) return { kind: 'found', spooler, job };
  }
  return refused('job-not-found', `There is no job "${name}".`);
}

export async function findPort(
  directory: SpoolerDirectory,
  spoolerId: string | undefined,
  name: string,
): Promise<
  { readonly kind: 'found'; readonly spooler: Spooler; readonly port: PortStatus } | Refusal
> {
  const found = findSpooler(directory, spoolerId);
  if (found.kind === 'refused') return found;
  const ports = await found.spooler.ports.list();
  const port = ports.find(({ info }) => info.name.toLowerCase() === name.toLowerCase());
  if (port !== undefined) return { kind: 'found', spooler: found.spooler, port };
  const names = ports.map(({ info }) => info.name);
  return refused('port-not-found', `There is no port "${name}".${didYouMean(name, names)}`);
}

export function findSpooler(
  directory: SpoolerDirectory,
  id: string | undefined,
): { readonly kind: 'found'; readonly spooler: Spooler } | Refusal {
  const spooler = directory.byId(id ?? localSpooler);
  if (spooler !== undefined) return { kind: 'found', spooler };
  const absent = whyAbsent(directory, id, []);
  if (absent !== undefined) return absent;
  const names = directory.all().map((candidate) => candidate.id);
  const wanted = id ?? localSpooler;
  return refused('not-found', `There is no spooler "${wanted}".${didYouMean(wanted, names)}`);
}

function split(name: string): { readonly spooler: string | undefined; readonly rest: string } {
  const at = name.indexOf('/');
  if (at < 0) return { spooler: undefined, rest: name };
  return { spooler: name.slice(0, at), rest: name.slice(at + 1) };
}

function whyAbsent(
  directory: SpoolerDirectory,
  owner: string | undefined,
  spoolers: readonly Spooler[],
): Refusal | undefined {
  if (owner === undefined || spoolers.length > 0) return undefined;
  const why = directory.whyAbsent?.(owner);
  return why === undefined ? undefined : refused('not-live', why);
}

/** By the spooler's id, or the name of its group. */
function named(directory: SpoolerDirectory, owner: string): readonly Spooler[] {
  const spooler = directory.byId(owner);
  return spooler === undefined ? [] : [spooler];
}

function localFirst(spoolers: readonly Spooler[]): readonly Spooler[] {
  return [...spoolers].sort(
    (a, b) => Number(b.id === localSpooler) - Number(a.id === localSpooler),
  );
}
