// Step: the monitors, those of the table and those of the data folder.
import type { Hal } from '../../../hal/contract.ts';
import { builtInMonitors } from '../../../monitors/table.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';
import { type LoadedModules, loadModules } from '../load-modules.ts';

export function modulesStep(
  { files, clock }: Pick<Hal, 'files' | 'clock'>,
  folder: DataFolder,
  log: Log,
): Step<LoadedModules> {
  return {
    name: 'monitor modules',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const loaded = await loadModules({
        files,
        clock,
        folder: folder.modules,
        builtIn: builtInMonitors,
        log: log.child('modules'),
      });
      return { part: loaded, stop: async () => loaded.stop() };
    },
  };
}
