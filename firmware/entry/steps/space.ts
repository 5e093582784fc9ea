// The step that looks at the room of the spool's disk, so that people know before it is full.
import type { Hal } from '../../../hal/contract.ts';
import type { Events } from '../../events/event.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import { spoolLimits } from '../../limits/spool-limits.ts';
import { createSpaceWatch, type SpaceWatch } from '../../spool/space-watch.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';
import { localSpooler } from './spooler.ts';

export function spaceWatchOf(parts: {
  readonly hal: Pick<Hal, 'files' | 'clock'>;
  readonly folder: DataFolder;
  readonly events: Events;
}): SpaceWatch {
  const { hal, folder, events } = parts;
  return createSpaceWatch({
    ...hal,
    events,
    spooler: localSpooler,
    directory: folder.spool,
    reserveBytes: spoolLimits.reserveBytes,
    lowBytes: spoolLimits.reserveBytes * spoolLimits.lowReserves,
    intervalMs: spoolLimits.spaceLookMs,
  });
}

/** Begins once there is somebody to tell: its first look may find the disk low. */
export function spaceStep(watch: SpaceWatch): Step<void> {
  return {
    name: 'space',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      watch.start();
      return { part: undefined, stop: async () => watch.stop() };
    },
  };
}
