// The service behind the doors: makes backups, keeps a file that was handed in, checks and restores
// it.
import type { Random } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { backupLimits as limits } from '../limits/backup-limits.ts';
import { userLimits } from '../limits/user-limits.ts';
import type { SpoolerDirectory } from '../spooler/contract.ts';
import type { Keepsake } from '../store/keepsake.ts';
import { BackupError } from './backup-error.ts';
import { collect, type CollectOptions, ownPart } from './collect.ts';
import { entryNames, localName } from './content.ts';
import type { BackupAnswer, Backups, BackupSummary, DeclaredGroup } from './contract.ts';
import { writeEntries } from './entries.ts';
import { type Marker, removeTree, restorePlaces } from './places.ts';
import { type KeyCost, seal } from './sealed.ts';
import { keepFile, readFile, type Unpacked, unpack } from './unpack.ts';

export interface BackupsOptions extends CollectOptions {
  readonly random: Pick<Random, 'bytes'>;
  readonly directory: Pick<SpoolerDirectory, 'all'>;
  readonly isPaired: () => boolean;
  /** What the design keeps out of groups, asked of each port of each group of a backup. */
  readonly refuseGroupPort: (
    port: DeclaredGroup['ports'][number],
    group: string,
  ) => Promise<Refusal | undefined>;
  /** No client hears any more that its job is accepted; until what it returns is called. */
  readonly shutDoor: (why: Refusal) => () => void;
  /** The appliance stops in order and starts anew. */
  readonly startAnew: (why: string) => void;
  readonly cost?: KeyCost;
}

export function createBackups(options: BackupsOptions): Backups {
  const { files, places: data } = options;
  const places = restorePlaces(data.path);
  let busy = false;
  /** A restored state lies there for the next start: nothing takes it away any more. */
  let leaving = false;

  /** Two at a time would write over each other's files. */
  const alone = async <Answer>(work: () => Promise<Answer>): Promise<Answer | Refusal> => {
    if (busy || leaving) return refused('busy', 'Another backup or restore runs just now.');
    busy = true;
    try {
      return await work();
    } catch (error) {
      // Keys of another box do not lie about.
      await removeTree(files, places.staged).catch(() => undefined);
      if (error instanceof BackupError) return refused(error.code, error.message);
      throw error;
    } finally {
      busy = false;
    }
  };

  const unpackKept = async (passphrase: string): Promise<Unpacked> => {
    await removeTree(files, places.staged);
    await files.makeDirectory(places.staged);
    const file = readUpload(options, places.upload);
    const unpacked = await unpack(files, { file, passphrase, folder: places.staged });
    for (const { definition, ports } of unpacked.groups) {
      for (const port of ports) {
        const refusal = await options.refuseGroupPort(port, definition.name);
        if (refusal !== undefined) throw new BackupError('backup-refused', refusal.message);
      }
    }
    return unpacked;
  };

  const summaryOf = async (unpacked: Unpacked): Promise<BackupSummary> => {
    const { manifest, keepsake, groups } = unpacked;
    return {
      madeAt: manifest.madeAt,
      version: manifest.version,
      nodeId: manifest.nodeId,
      hostName: manifest.hostName,
      printers: keepsake.printers.map(({ name }) => name),
      groups: groups.map(({ definition }) => definition.name),
      files: unpacked.files,
      waitingJobs: await waitingJobs(options),
    };
  };

  return {
    async make(passphrase) {
      const refusal = weakness(passphrase);
      if (refusal !== undefined) return refusal;
      const day = new Date(options.clock.wall().ms).toISOString().slice(0, 10);
      return {
        kind: 'made',
        name: `${plainName(options.hostName())}-${day}.platen-backup`,
        bytes: seal(writeEntries(collect(options)), { ...options, passphrase }),
      };
    },
    take: (bytes) =>
      alone(async () => {
        await removeTree(files, places.root);
        const { freeBytes } = await files.space(data.path);
        const most = Math.min(limits.fileBytes, freeBytes - limits.spareBytes);
        try {
          const sizeBytes = await keepFile(files, places.upload, bounded(bytes, most));
          return { kind: 'taken', sizeBytes } as const;
        } catch (error) {
          await removeTree(files, places.root);
          throw error;
        }
      }),
    check: (passphrase) =>
      alone(async (): Promise<BackupAnswer> => {
        const unpacked = await unpackKept(passphrase);
        await removeTree(files, places.staged);
        return { kind: 'sound', summary: await summaryOf(unpacked) };
      }),
    groups: (passphrase) =>
      alone(async () => {
        const { groups } = await unpackKept(passphrase);
        await removeTree(files, places.staged);
        return { kind: 'sound', groups } as const;
      }),
    restore: (passphrase, { discardJobs }) =>
      alone(async (): Promise<BackupAnswer> => {
        if (options.isPaired()) return refused('backup-refused', pairedText);
        const unpacked = await unpackKept(passphrase);
        const summary = await summaryOf(unpacked);
        refuseWaiting(summary, discardJobs);
        const keepsake = await completed(options, unpacked);
        const bytes = Buffer.from(JSON.stringify(keepsake));
        await keepFile(files, `${places.staged}/${entryNames.keepsake}`, [bytes]);
        await files.remove(`${places.staged}/${entryNames.manifest}`);
        const { bringsConfig } = unpacked;
        const marker: Marker = { version: 1, phase: 'whole', bringsConfig };
        const openAgain = options.shutDoor(restoring);
        try {
          // Whoever was told meanwhile that a job is accepted is counted here.
          refuseWaiting({ waitingJobs: await waitingJobs(options) }, discardJobs);
          await files.replaceFile(places.marker, Buffer.from(JSON.stringify(marker)));
        } catch (error) {
          // While it may stand, the next start gives up whatever would be accepted from now on.
          await files.remove(places.marker);
          openAgain();
          throw error;
        }
        leaving = true;
        options.startAnew('a backup is restored');
        return { kind: 'sound', summary };
      }),
  };
}

const restoring = refused('shutting-down', 'A backup is put in the place of what is here.');

function refuseWaiting(
  { waitingJobs: count }: Pick<BackupSummary, 'waitingJobs'>,
  discardJobs: boolean,
): void {
  if (count === 0 || discardJobs) return;
  const jobs = count === 1 ? '1 job waits' : `${count} jobs wait`;
  const message = `${jobs} here, and a restore would give up what waits`;
  throw new BackupError(
    'backup-refused',
    `${message}: let it print, or restore with --discard-jobs ("discardJobs" by the API).`,
  );
}

const pairedText =
  'This appliance is paired: what the pair agreed on can not go back in time. End the pair ' +
  'first, and pair anew after the restore.';

function weakness(passphrase: string): Refusal | undefined {
  const { passwordCharacters, passwordOctets } = userLimits;
  if (Array.from(passphrase).length < passwordCharacters) {
    return refused('bad-request', `A passphrase has at least ${passwordCharacters} characters.`);
  }
  if (Buffer.byteLength(passphrase) <= passwordOctets) return undefined;
  return refused('bad-request', `A passphrase has at most ${passwordOctets} octets.`);
}

function plainName(hostName: string): string {
  return hostName.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 63) || 'platen';
}

/** What may only grow goes on from here: numbers of jobs and events, starts of the SNMP engine. */
async function completed(options: BackupsOptions, { keepsake, manifest }: Unpacked) {
  const now = ownPart(await options.store.query('store.keepsake', {}));
  const [own] = now.spoolers;
  const boots = Math.max(bootsIn(own), bootsIn(keepsake.spoolers[0]));
  return {
    ...keepsake,
    restored: {
      madeAt: manifest.madeAt,
      eventIdsAbove: await options.store.query('events.last', {}),
    },
    spoolers: keepsake.spoolers.map((spooler) => ({
      ...spooler,
      jobNumbersBelow: Math.max(spooler.jobNumbersBelow, own?.jobNumbersBelow ?? 0),
      values: spooler.values.map((each) =>
        isBoots(each) ? { ...each, value: { type: 'dword' as const, data: boots } } : each,
      ),
    })),
  } satisfies Keepsake;
}

type KeptSpooler = Keepsake['spoolers'][number];

function bootsIn(spooler: KeptSpooler | undefined): number {
  const value = spooler?.values.find(isBoots)?.value;
  return value?.type === 'dword' ? value.data : 0;
}

function isBoots({ path, name }: KeptSpooler['values'][number]): boolean {
  return path.length === 1 && path[0]?.toLowerCase() === 'snmp' && /^engineboots$/i.test(name);
}

async function waitingJobs({ directory }: BackupsOptions): Promise<number> {
  const own = directory.all().filter(({ id }) => id === localName);
  const counts = own.map(async ({ printers }) => {
    const all = await printers.list();
    return Promise.all(all.map(async ({ id }) => (await printers.status(id)).queuedJobCount));
  });
  return (await Promise.all(counts)).flat().reduce((sum, count) => sum + count, 0);
}

async function* readUpload(
  { files }: BackupsOptions,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* readFile(files, path);
  } catch (error) {
    if (!isHalError(error, 'not-found')) throw error;
    throw new BackupError('backup-missing', 'There is no backup file to restore.');
  }
}

async function* bounded(
  bytes: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) {
      throw new BackupError('backup-damaged', 'The file is larger than there is room for.');
    }
    yield chunk;
  }
}
