// Ends a connection: its record on the server, the CUPS queue, the files that came, and the folder.
import { z } from 'zod';
import { findModule } from '../queue-files/modules/table.ts';
import { uriOf } from './address.ts';
import { ClientError, type ClientParts, type QueueAddress } from './contract.ts';
import { removeQueue } from './cups.ts';
import { openHome } from './home.ts';
import { removeFiles } from './place.ts';
import { openSession } from './session.ts';
import { type ConnectionState, forgetState, readState } from './state.ts';
import { tellModule, uncNameOf } from './steps.ts';

export interface Disconnected {
  /** What the server said, where it could not be told. */
  readonly serverProblem: string | undefined;
  readonly removedFiles: number;
}

export async function disconnectQueue(
  parts: ClientParts,
  address: QueueAddress,
  root: string,
): Promise<Disconnected> {
  const home = await openHome(parts.folders, root, address, { make: false, lock: true });
  const state = home && (await readState(home.state));
  if (home === undefined || state === undefined) {
    await home?.close();
    throw new ClientError('not-connected', `There is no connection to ${uriOf(address)}.`);
  }
  try {
    const told = await tellServer(parts, address, state);
    const { log } = parts;
    if (state.cupsQueue !== undefined) await removeQueue(parts, state.cupsQueue);
    await removeFiles(home.files, state.files);
    await forgetState(home.state);
    await home.remove();
    const { server, printer: name } = state;
    const printer = uncNameOf({ server, printer: { id: '', name } });
    log({ step: 'printer event', event: 'CACHE_DELETE', printer });
    log({ step: 'printer event', event: 'DELETE_CONNECTION', printer });
    for (const component of state.components) {
      const module = findModule(component.module);
      if (module === undefined) continue;
      const { key } = component;
      await tellModule(log, { key, module }, printer, 'DELETE_PRINTER_CONNECTION', undefined, []);
      if (!told.printerGone) continue;
      await tellModule(log, { key, module }, printer, 'DELETE_PRINTER', undefined, []);
    }
    return { serverProblem: told.problem, removedFiles: state.files.length };
  } finally {
    await home.close();
  }
}

/** A server that is away, or gone for good, keeps nobody from leaving. */
async function tellServer(
  parts: ClientParts,
  address: QueueAddress,
  { connectionId, serverKey }: ConnectionState,
): Promise<{ readonly problem: string | undefined; readonly printerGone: boolean }> {
  if (connectionId === undefined) return { problem: undefined, printerGone: false };
  const session = openSession(parts, address, serverKey);
  try {
    const path = `connections/${encodeURIComponent(connectionId)}`;
    await session.json('DELETE', path, z.object({ removed: z.string() }));
    return { problem: undefined, printerGone: false };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return { problem: error.message, printerGone: error.serverCode === 'printer-not-found' };
  } finally {
    session.close();
  }
}
