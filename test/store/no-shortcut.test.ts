// No sync may be left out, and nothing acknowledged before its commit: power cuts find each
// shortcut, and nothing without one.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Databases, Files, OpenFile, SqlDatabase } from '../../hal/contract.ts';
import { spoolLimits } from '../../firmware/limits/spool-limits.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { SeededRandom } from '../world/random.ts';
import {
  acceptDocument,
  committed,
  ended,
  openRig,
  printer,
  readDocument,
  type Rig,
  spooler,
  started,
  unit,
} from './rig.ts';

/** Cuts that must all be survived, and within which a shortcut must be found. */
const seeds = 60;
const jobsPerSeed = 12;
/** So small that segments are left, and removed, all the time. */
const segmentBytes = 9_000;

/** A way to be faster and wrong. */
interface Shortcut {
  readonly wrapFiles?: (files: Files) => Files;
  readonly wrapDatabases?: (databases: Databases) => Databases;
  /** The client hears success when the commit is handed in. */
  readonly acknowledgesEarly?: true;
}

const shortcuts: Readonly<Record<string, Shortcut>> = {
  'the entry of the journal': { wrapFiles: withoutEntries },
  "the segment's sync": { wrapFiles: withoutSyncOf('/segments/') },
  "the new segment's directory sync": { wrapFiles: withoutDirectorySyncOf('/data/spool/segments') },
  "the document file's sync": { wrapFiles: withoutSyncOf('/documents/') },
  "the documents directory's sync": { wrapFiles: withoutDirectorySyncOf('/data/spool/documents') },
  "the new folders' sync": { wrapFiles: withoutDirectorySyncOf('/data/spool') },
  'synchronous=FULL': { wrapDatabases: withNormalSync },
  'the commit before the acknowledgement': { acknowledgesEarly: true },
};

describe('a power cut', () => {
  test('loses nothing that was acknowledged', async () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      assert.deepEqual(await lossesOf(seed, {}), [], `seed ${seed}`);
    }
  });

  for (const [name, shortcut] of Object.entries(shortcuts)) {
    test(`finds that ${name} was left out`, async () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        if ((await lossesOf(seed, shortcut)).length > 0) return;
      }
      assert.fail(`${seeds} power cuts lost nothing without ${name}`);
    });
  }
});

describe('replacing a file', () => {
  const replace = async (seed: number, wrap: (files: Files) => Files): Promise<string> => {
    const disk = new SimulatedDisk({ seed });
    const { files } = disk.mount();
    await files.replaceFile('/a', Buffer.from('old'));
    await wrap(disk.mount().files).replaceFile('/a', Buffer.from('new'));
    disk.powerCut();
    return Buffer.from(await disk.mount().files.readFile('/a', 10)).toString();
  };

  test('leaves the new content once it resolved', async () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      assert.equal(await replace(seed, (files) => files), 'new');
    }
  });

  for (const [name, wrap] of [
    ['sync', replacingWithout('sync')],
    ['directory sync', replacingWithout('directory')],
  ] as const) {
    test(`is found out without its ${name}`, async () => {
      const contents = new Set<string>();
      for (let seed = 1; seed <= seeds; seed += 1) contents.add(await replace(seed, wrap));
      assert.ok([...contents].some((content) => content !== 'new'));
    });
  }
});

/**
 * Works until power goes, then looks for each thing that a client was told. Each loss is a
 * sentence.
 */
async function lossesOf(seed: number, shortcut: Shortcut): Promise<readonly string[]> {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk({ seed });
  const told = new Told();
  disk.cutAfter(20 + random.integer(250));
  try {
    await work(await openRig({ disk, seed, segmentBytes, ...shortcut }), random, told, shortcut);
  } catch {
    // Power went; what the clients were told by then counts.
  }
  disk.powerCut();
  return told.lossesIn(await openRig({ disk, seed }));
}

/** What clients were told: jobs accepted, with their bytes, and jobs completed. */
class Told {
  readonly accepted = new Map<string, Buffer>();
  readonly completed = new Set<string>();
  printers = 0;

  async lossesIn(rig: Rig): Promise<readonly string[]> {
    const losses: string[] = [];
    const printers = await rig.store.query('printers.all', { spooler });
    if (printers.length < this.printers) losses.push('the printer is gone');
    for (const [id, bytes] of this.accepted) {
      const loss = await this.#lossOf(rig, id, bytes);
      if (loss !== undefined) losses.push(`${id}: ${loss}`);
    }
    return [...losses, ...(await this.#missingInScan(rig))];
  }

  async #lossOf(rig: Rig, id: string, bytes: Buffer): Promise<string | undefined> {
    const job = await rig.store.query('jobs.get', { spooler, id });
    if (job === undefined) return 'the job is gone';
    if (this.completed.has(id)) {
      return job.state === 'completed' ? undefined : 'it was completed, and would print again';
    }
    if (job.state === 'completed') return undefined;
    try {
      return bytes.equals(await readDocument(rig, id)) ? undefined : 'other bytes';
    } catch (error) {
      return String(error);
    }
  }

  /** The spool alone must tell of each accepted job that has not ended. */
  async #missingInScan(rig: Rig): Promise<readonly string[]> {
    const found = new Set<string>();
    for await (const { header } of rig.spool.scan()) found.add(header.job.id);
    const live = await rig.store.query('jobs.page', {
      spooler,
      which: 'not-completed',
      limit: 1_000,
    });
    return live
      .filter(({ id }) => this.accepted.has(id) && !found.has(id))
      .map(({ id }) => `${id}: the spool alone does not have it`);
  }
}

async function work(rig: Rig, random: SeededRandom, told: Told, shortcut: Shortcut): Promise<void> {
  const created = { type: 'printer.created', payload: { printer: printer() } } as const;
  committed(await rig.store.commit(unit(created)));
  told.printers = 1;
  const clients = Array.from({ length: 3 }, async (_, client) => {
    for (let index = 0; index < jobsPerSeed / 3; index += 1) {
      await submit(rig, `job-${client}-${index}`, random, told, shortcut);
    }
  });
  await Promise.all(clients);
}

async function submit(
  rig: Rig,
  id: string,
  random: SeededRandom,
  told: Told,
  shortcut: Shortcut,
): Promise<void> {
  const isLarge = random.fraction() < 0.5;
  const sizeBytes = isLarge ? spoolLimits.inlineDocumentBytes + random.integer(5_000) : 2_000;
  const bytes = Buffer.alloc(sizeBytes, random.uuid());
  const accepting = acceptDocument(rig, id, bytes);
  if (shortcut.acknowledgesEarly) told.accepted.set(id, bytes);
  committed(await accepting);
  told.accepted.set(id, bytes);
  if (random.fraction() < 0.5) return;
  committed(await rig.store.commit(unit(started(id))));
  committed(await rig.store.commit(unit(ended(id))));
  told.completed.add(id);
}

function withoutSyncOf(part: string): (files: Files) => Files {
  return (files) => ({
    ...files,
    async open(path, mode) {
      const file = await files.open(path, mode);
      return path.includes(part) ? unsynced(file) : file;
    },
  });
}

function unsynced(file: OpenFile): OpenFile {
  return { ...file, sync: () => Promise.resolve() };
}

/** What tells of a group of commits is never written; its documents are. */
function withoutEntries(files: Files): Files {
  return {
    ...files,
    async open(path, mode) {
      const file = await files.open(path, mode);
      const write: OpenFile['write'] = (bytes, at) => {
        const entry = Buffer.from(bytes).indexOf('PLATENjr');
        return file.write(entry < 0 ? bytes : bytes.subarray(0, entry), at);
      };
      return { ...file, write };
    },
  };
}

/** Leaves the directory's sync out wherever it is asked for, making sub-folders included. */
function withoutDirectorySyncOf(directory: string): (files: Files) => Files {
  return (files) => ({
    ...files,
    async syncDirectory(path) {
      if (path !== directory) await files.syncDirectory(path);
    },
    async makeDirectory(path) {
      if (!path.startsWith(`${directory}/`)) return files.makeDirectory(path);
      await makeWithoutSync(files, directory, path);
    },
  });
}

/**
 * The simulated Files make a folder durable inside makeDirectory; a sync that fails comes too late.
 */
async function makeWithoutSync(files: Files, directory: string, path: string): Promise<void> {
  await files.makeDirectory(directory);
  await files.makeDirectory(`/elsewhere${path}`);
  try {
    await files.list(path);
  } catch {
    await files.rename(`/elsewhere${path}`, path);
  }
}

function withNormalSync(databases: Databases): Databases {
  return {
    ...databases,
    open(path): SqlDatabase {
      const database = databases.open(path);
      return {
        ...database,
        exec: (sql) => database.exec(sql.replace('synchronous = FULL', 'synchronous = NORMAL')),
      };
    },
  };
}

/** replaceFile as the contract describes it, with one of its syncs left out. */
function replacingWithout(what: 'sync' | 'directory'): (files: Files) => Files {
  return (files) => ({
    ...files,
    async replaceFile(path, bytes) {
      const file = await files.open(`${path}.tmp`, 'create');
      await file.write(bytes, 0);
      if (what !== 'sync') await file.sync();
      await file.close();
      await files.rename(`${path}.tmp`, path);
      if (what !== 'directory') await files.syncDirectory('/');
    },
  });
}
