// The folder of one connection, opened part by part.
import { isHalError } from '../../hal/errors.ts';
import type { Folder, Folders } from '../../hal/folders.ts';
import { folderNames, uriOf } from './address.ts';
import { ClientError, type QueueAddress } from './contract.ts';

export interface Home {
  /** For people. */
  readonly path: string;
  /** What came. */
  readonly files: Folder;
  readonly state: Folder;
  readonly staging: Folder;
  /** The connection is over: what is empty goes. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

export interface HomeOptions {
  /** Makes what is missing. */
  readonly make: boolean;
  /** Nobody else changes it until it is closed. */
  readonly lock: boolean;
}

/**
 * Undefined: there is none, and none was to be made. A ClientError `in-use` where another process
 * has it: two at once would place and forget each other's files.
 */
export async function openHome(
  folders: Folders,
  root: string,
  address: QueueAddress,
  options: HomeOptions,
): Promise<Home | undefined> {
  for (let turn = 1; ; turn += 1) {
    try {
      const opened = await tryOpen(folders, root, address, options);
      if (opened !== 'gone') return opened;
    } catch (error) {
      if (!isHalError(error, 'not-found')) throw error;
      if (!options.make) return undefined;
      if (turn === mostTurns) throw error;
    }
    // Whoever left just now has removed what was opened here.
    if (turn === mostTurns) throw inUse(address);
  }
}

const mostTurns = 5;
const lockName = 'lock';

async function tryOpen(
  folders: Folders,
  root: string,
  address: QueueAddress,
  { make, lock }: HomeOptions,
): Promise<Home | 'gone'> {
  const options = make ? ({ make: true } as const) : {};
  const [serverName, printerName] = folderNames(address);
  const open: Folder[] = [];
  const keep = async (work: Promise<Folder>): Promise<Folder> => {
    const folder = await work;
    open.push(folder);
    return folder;
  };
  const close = async () => {
    for (const folder of open.toReversed()) await folder.close();
  };
  try {
    const all = await keep(folders.open(root, options));
    const server = await keep(all.folder(serverName, options));
    const home = await keep(server.folder(printerName, options));
    const locked = lock ? await home.tryLock(lockName) : 'locked';
    if (locked === 'held') throw inUse(address);
    if (locked === 'gone') {
      await close();
      return 'gone';
    }
    const [files, state, staging] = [
      await keep(home.folder('files', options)),
      await keep(home.folder('state', options)),
      await keep(home.folder('staging', options)),
    ];
    return {
      path: home.path,
      files,
      state,
      staging,
      close,
      async remove() {
        for (const { name } of await staging.list()) await staging.remove(name);
        for (const name of ['staging', 'state', 'files']) await removeEmpty(home, name);
        // Last: whoever opened it meanwhile sees that it is gone.
        await home.remove(lockName);
        await removeEmpty(server, printerName);
        await removeEmpty(all, serverName);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function inUse(address: QueueAddress): ClientError {
  const what = 'is connecting, refreshing or disconnecting just now; try again when it has ended';
  return new ClientError('in-use', `Another process for ${uriOf(address)} ${what}.`);
}

/** What holds somebody's own files stays. */
async function removeEmpty(folder: Folder, name: string): Promise<void> {
  try {
    await folder.remove(name);
  } catch (error) {
    if (!isHalError(error)) throw error;
  }
}
