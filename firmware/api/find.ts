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
  const lists = await Promise.all(
    spoolers.map(async (spooler) => {
      const place = placeOf(directory, spooler);
      return (await spooler.printers.list()).map((printer) => `${place}${printer.name}`);
    }),
  );
  // Whoever leaves the group out may mean one of its printers: the nearest is named in full.
  const names = lists.flat();
  const hint = didYouMean(name, names) || sameName(rest, names);
  return refused('printer-not-found', `There is no printer "${name}".${hint}`);
}

/** `accounts/`, as names of a group's printers begin; nothing for the appliance's own. */
function placeOf(directory: SpoolerDirectory, { id }: Spooler): string {
  const group = directory.groupNames?.().find((each) => each.id === id);
  return group === undefined ? '' : `${group.name}/`;
}

function sameName(name: string, names: readonly string[]): string {
  const bare = (each: string): string => each.slice(each.indexOf('/') + 1);
  const near = names.find((each) => didYouMean(name, [bare(each)]) !== '');
  return near === undefined ? '' : ` Did you mean "${near}"?`;
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
  return absence(directory, id ?? localSpooler);
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
  return absence(directory, owner);
}

/** Whose spooler is not here: it is elsewhere, or there is none of this name. */
function absence(directory: SpoolerDirectory, owner: string): Refusal {
  const why = directory.whyAbsent?.(owner);
  if (why !== undefined) return refused('not-live', why);
  const groups = directory.groupNames?.().map(({ name }) => name) ?? [];
  const hint = didYouMean(owner, [localSpooler, ...groups]);
  return refused('group-not-found', `There is no group "${owner}".${hint}`);
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
