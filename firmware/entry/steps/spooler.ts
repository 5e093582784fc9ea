// Step: the spool and the node's own spooler over it.
import { resolve } from 'node:path';
import type { Hal, Memos } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { openLinuxMemos } from '../../../hal/linux/memos.ts';
import type { MonitorModule } from '../../../monitors/contract.ts';
import type { Config } from '../../config/table.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { createFirstBytes } from '../../printers/first-bytes.ts';
import { openMonitorRegistry } from '../../registry/monitor-registry.ts';
import { createSpool, type Spool } from '../../spool/spool.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Permit } from '../../spooler/permit.ts';
import { createSpooler, type SpoolerOptions } from '../../spooler/spooler.ts';
import type { Store, Term } from '../../store/contract.ts';
import type { Step } from '../lifecycle.ts';
import type { DataFolder } from '../data-folder.ts';

export const localSpooler = 'local';

export interface SpoolerParts {
  readonly hal: Pick<
    Hal,
    'addresses' | 'clock' | 'files' | 'outputs' | 'random' | 'serial' | 'snmp' | 'tcp' | 'usb'
  >;
  readonly folder: DataFolder;
  readonly store: Store;
  readonly events: SpoolerOptions['events'];
  readonly term: Term;
  readonly monitors: readonly MonitorModule[];
  readonly config: Pick<Config, 'spooler.resourceTimeoutSeconds'>;
  readonly queueFiles: SpoolerOptions['queueFiles'];
  readonly permit: Permit;
  readonly log: Log;
}

export interface LocalSpooler {
  readonly spooler: Spooler;
  readonly spool: Spool;
}

export function spoolerStep(parts: SpoolerParts): Step<LocalSpooler> {
  return {
    name: 'spooler',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.spoolerStopMs,
    async start() {
      const { files, random, clock } = parts.hal;
      const spool = createSpool({ files, random, clock, directory: parts.folder.spool });
      await spool.prepare();
      await cleanSpool(spool, parts.store, parts.log.child('spool'));
      const spooler = await makeSpooler(parts, spool);
      try {
        await spooler.start();
      } catch (error) {
        // What it had opened must not outlive it: the start may be tried again.
        await spooler.stop(AbortSignal.abort());
        throw error;
      }
      return { part: { spooler, spool }, stop: (deadline) => spooler.stop(deadline) };
    },
  };
}

async function makeSpooler(
  { hal, folder, store, events, term, monitors, config, queueFiles, permit, log }: SpoolerParts,
  spool: Spool,
): Promise<Spooler> {
  const { files, random, clock, tcp, addresses, outputs, serial, usb, snmp } = hal;
  await files.makeDirectory(folder.output);
  const rebuilt = await store.query('store.rebuilt', {});
  if (rebuilt?.restored === true) {
    log.info('what a backup held is in its place', { printers: rebuilt.printers });
  } else if (rebuilt !== undefined) {
    log.error('the registry was lost and built anew', { ...rebuilt });
  }
  return createSpooler({
    id: localSpooler,
    permit,
    termOf: () => term,
    store,
    spool,
    events,
    firstBytes: createFirstBytes(openMemos(folder, log)),
    openRegistry: (monitorName) =>
      openMonitorRegistry({ store, spooler: localSpooler, term: () => term, monitorName }),
    monitors,
    limits: { resourceTimeoutMs: config['spooler.resourceTimeoutSeconds'] * 1000 },
    clock,
    random,
    tcp,
    serverName: addresses.own().hostName,
    local: true,
    snmp: { manager: snmp, addresses },
    ...(queueFiles === undefined ? {} : { queueFiles }),
    box: { outputs, serial, usb, outputFolder: folder.output },
    log: log.child('spooler'),
  });
}

/** Without them a kill between a start and its first byte leaves a mark; nothing is lost by it. */
function openMemos(folder: DataFolder, log: Log): Memos | undefined {
  try {
    return openLinuxMemos(resolve(folder.path));
  } catch (error) {
    if (!isHalError(error)) throw error;
    log.warn('there is no memory that outlives the process', { message: error.message });
    return undefined;
  }
}

/**
 * With a sound registry, documents that no record names are leftovers; with a new one they are what
 * can be saved.
 */
async function cleanSpool(spool: Spool, store: Store, log: Log): Promise<void> {
  const { unreferenced, ...counts } = await spool.clean((names) =>
    store.query('documents.referenced', { names }),
  );
  const isNew = (await store.logEnds()).length === 0;
  if (!isNew) for (const location of unreferenced) await spool.remove(location);
  if (isNew && unreferenced.length > 0) {
    log.warn('the registry is new, but the spool holds documents: they are kept', {
      documents: unreferenced.length,
    });
  }
  log.info('the spool is clean', { ...counts, unreferenced: unreferenced.length });
}
