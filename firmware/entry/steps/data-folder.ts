// Step: the data folder, and the lock by which one process alone serves it.
import type { Hal } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { DataFolder } from '../data-folder.ts';
import { lockFile } from '../folder-lock.ts';
import { NoFolderError, StartError, type Step } from '../lifecycle.ts';

/** The lock is taken once, before anything is served. */
export function dataFolderStep(
  { files, databases }: Pick<Hal, 'files' | 'databases'>,
  folder: DataFolder,
  problemFile: string,
): Step<DataFolder> {
  return {
    name: 'data folder',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      await makeFolder(files, folder.path, problemFile);
      const lock = takeLock(databases, folder);
      await removeHalfWritten(files, folder.path);
      return { part: folder, stop: async () => lock.close() };
    },
  };
}

function takeLock(databases: Hal['databases'], { path, lock }: DataFolder) {
  try {
    return lockFile(databases, lock);
  } catch (error) {
    if (!isHalError(error, 'busy')) throw error;
    throw new StartError(
      `Another Platen serves ${path}: stop it, or choose another folder with --data.`,
      { cause: error },
    );
  }
}

async function makeFolder(files: Hal['files'], path: string, problemFile: string): Promise<void> {
  try {
    await files.makeDirectory(path);
  } catch (error) {
    if (!isHalError(error)) throw error;
    const known = await knownProblem(files, problemFile);
    if (known !== undefined) throw new StartError(known, { cause: error });
    const why = `The data folder can't be made: ${error.message}.`;
    if (problemFile !== '')
      throw new NoFolderError(`${why} The box tries again.`, { cause: error });
    throw new StartError(`${why} Choose another one with --data.`, { cause: error });
  }
}

/** What the image found out about the partition, before this program ran. */
async function knownProblem(files: Hal['files'], path: string): Promise<string | undefined> {
  if (path === '') return undefined;
  try {
    const said = Buffer.from(await files.readFile(path, mostProblemBytes))
      .toString('utf8')
      .trim();
    return said === '' ? undefined : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
  } catch (error) {
    if (isHalError(error)) return undefined;
    throw error;
  }
}

const mostProblemBytes = 4_096;

/** What a file that was about to replace another is called until then (hal's replaceFile). */
const halfWritten = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** A kill leaves such a file; nobody will ever rename it. A disk that keeps it harms nobody. */
async function removeHalfWritten(files: Hal['files'], path: string): Promise<void> {
  try {
    for (const { name, kind } of await files.list(path)) {
      if (kind === 'file' && halfWritten.test(name)) await files.remove(`${path}/${name}`);
    }
  } catch (error) {
    if (!isHalError(error)) throw error;
  }
}
