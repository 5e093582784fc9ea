// Steps: the end of a restore before anything is opened, and the service that makes backups.
import type { Hal } from '../../../hal/contract.ts';
import { startDeadline } from '../../../hal/time.ts';
import type { MonitorModule } from '../../../monitors/contract.ts';
import type { LocalityRules } from '../../../monitors/locality.ts';
import type { Principal } from '../../api/principal.ts';
import { completeRestore } from '../../backup/at-start.ts';
import { createBackups } from '../../backup/backups.ts';
import type { Backups, DeclaredGroup, DeclaredPort } from '../../backup/contract.ts';
import { refuseGroupPort } from '../../cluster/refusal.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import type { Certificates } from '../../identity/contract.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import { groupLimits } from '../../limits/group-limits.ts';
import type { Log } from '../../log/log.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import type { Printer } from '../../printers/printer.ts';
import { queueFileContents } from '../../queue-files/all-contents.ts';
import type { FileContents } from '../../queue-files/contents.ts';
import type { PortStatus, Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import type { Door } from '../../spooler/permit.ts';
import type { Store } from '../../store/contract.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';

/** A backup is in its place: everything is to be read anew, the configuration first. */
export class RestoredError extends Error {
  override readonly name = 'RestoredError';
}

/** Comes before whatever opens a file of the folder; true where a backup came. */
export function restoreStep(hal: Hal, { path }: DataFolder, log: Log): Step<boolean> {
  return {
    name: 'restore',
    startTimeoutMs: entryLimits.storeStartMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const restored = await completeRestore(hal, path);
      if (restored) log.info('a backup was restored');
      return { part: restored };
    },
  };
}

export interface BackupParts {
  readonly hal: Hal;
  readonly folder: DataFolder;
  readonly store: Pick<Store, 'query'>;
  readonly certificates: Certificates;
  /** Of queue-specific files. */
  readonly contents: FileContents;
  /** The node's own. */
  readonly spooler: string;
  readonly directory: SpoolerDirectory;
  readonly monitors: readonly MonitorModule[];
  readonly pair: PairRoom;
  readonly rules: () => LocalityRules;
  readonly version: string;
  readonly nodeId: string;
  readonly shutDoor: Door['shut'];
  readonly startAnew: (why: string) => void;
}

export function makeBackups(parts: BackupParts): Backups {
  const { hal, folder, directory, pair } = parts;
  return createBackups({
    ...hal,
    ...parts,
    places: folder,
    hostName: () => hal.addresses.own().hostName,
    isPaired: () => pair.membership().peer !== undefined,
    declaredGroups: () => declaredGroups(directory, pair),
    queueFiles: () => queueFileContents(parts, parts.spooler),
    refuseGroupPort: (port, group) => refuseDeclared(parts, port, group),
  });
}

async function refuseDeclared(
  { hal, monitors, rules }: BackupParts,
  { name, monitor, settings }: DeclaredPort,
  group: string,
): Promise<Refusal | undefined> {
  const module = monitors.find((each) => each.name === monitor);
  if (module === undefined) {
    const message = `port "${name}" of group "${group}" needs the monitor "${monitor}"`;
    return refused('monitor-not-found', `${message}, which is not here`);
  }
  const given = settings['host'] ?? settings['uri'];
  const host = typeof given === 'string' ? hostIn(given) : undefined;
  using deadline = startDeadline(hal.clock, groupLimits.resolveMs);
  const resolved =
    host === undefined ? [] : await hal.addresses.resolve(host, deadline.signal).catch(() => []);
  return refuseGroupPort({ name, module, host, resolved }, group, rules());
}

function hostIn(text: string): string {
  return URL.parse(text)?.hostname.replace(/^\[(.*)\]$/, '$1') || text;
}

const itself: Principal = { kind: 'local-administrator' };

/** Groups that are owned here: the other ones are in the backup of the other box. */
async function declaredGroups(
  directory: SpoolerDirectory,
  pair: PairRoom,
): Promise<readonly DeclaredGroup[]> {
  const owned = pair.book.list().flatMap((definition) => {
    const spooler = directory.byId(definition.id);
    return spooler === undefined ? [] : [{ definition, spooler }];
  });
  return Promise.all(
    owned.map(async ({ definition, spooler }) => ({
      definition,
      ports: await declaredPorts(spooler),
      printers: (await spooler.printers.list()).map(({ name, ...printer }) => ({
        name,
        settings: settingsOf(printer),
      })),
    })),
  );
}

async function declaredPorts({ ports }: Spooler): Promise<readonly DeclaredPort[]> {
  const all = await ports.list();
  const forms = new Map(ports.monitors().map(({ name, ui }) => [name, ui]));
  const declared = all.map(async ({ info: { name, monitorName: monitor }, language }) => {
    const form = forms.get(monitor);
    const fields = [...(form?.addPort ?? []), ...(form?.configurePort ?? [])];
    // What a monitor says besides can't be given to it.
    const isAsked = (key: string) => fields.some((field) => field.name === key);
    const target = { monitor, portName: name };
    const answer = await ports.xcv(target, 'GetConfigInfo', null, itself);
    const output = 'status' in answer && answer.status === 'ERROR_SUCCESS' ? answer.output : {};
    const settings = Object.entries(output ?? {}).flatMap(([key, value]) =>
      isPlain(value) && key !== 'name' && isAsked(key) ? [[key, value] as const] : [],
    );
    return { name, monitor, settings: { ...Object.fromEntries(settings), ...spoken(language) } };
  });
  return Promise.all(declared);
}

/** As an apply file names it; the usual is left out. */
function spoken({ language, bidirectional }: PortStatus['language']): DeclaredPort['settings'] {
  return {
    ...(language === 'auto' ? {} : { language }),
    ...(bidirectional ? {} : { bidirectional }),
  };
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function settingsOf(printer: Omit<Printer, 'name'>) {
  const { id: _id, spooler: _spooler, createdAt: _made, changedAt: _changed, ...rest } = printer;
  return rest;
}
