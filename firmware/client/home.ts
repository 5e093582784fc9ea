// The folder of one connection, opened part by part.
import { isHalError } from '../../hal/errors.ts';
import type { Folder, Folders } from '../../hal/folders.ts';
import { folderNames } from './address.ts';
import type { QueueAddress } from './contract.ts';

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

/** Undefined: there is none, and none was to be made. */
export async function openHome(
  folders: Folders,
  root: string,
  address: QueueAddress,
  make: boolean,
): Promise<Home | undefined> {
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
        await removeEmpty(server, printerName);
        await removeEmpty(all, serverName);
      },
    };
  } catch (error) {
    await close();
    if (!make && isHalError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** What holds somebody's own files stays. */
async function removeEmpty(folder: Folder, name: string): Promise<void> {
  try {
    await folder.remove(name);
  } catch (error) {
    if (!isHalError(error)) throw error;
  }
}
