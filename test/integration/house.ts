// A house for one test: a temporary folder, an emulated printer and appliances, all ended with it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import type { ApiClient } from '../../firmware/cli/command.ts';
import { type Emulator, type Platen, startEmulator, startPlaten } from '../../tools/up/platen.ts';
import { type PlatenCommand, platenFromSources } from '../../tools/up/processes.ts';
import { atEnd } from '../at-end.ts';

export interface House {
  readonly folder: string;
  readonly emulator: Emulator;
  /** Starts an appliance over the house's one data folder; ended with the test. */
  serve(settings?: readonly string[]): Promise<Platen>;
  api(): ApiClient;
}

export async function openHouse(
  t: TestContext,
  command: PlatenCommand = platenFromSources,
): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-house-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const emulator = await startEmulator(join(folder, 'received'));
  atEnd(t, () => emulator.process.stop());
  const data = join(folder, 'data');
  return {
    folder,
    emulator,
    async serve(settings) {
      const platen = await startPlaten(command, data, settings);
      atEnd(t, () => platen.process.kill());
      return platen;
    },
    api: () => createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data }),
  };
}
