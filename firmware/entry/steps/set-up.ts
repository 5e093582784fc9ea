// Step: the set-up code, for whoever stands at the box — on the boot partition, and on paper from
// the first printer at the box.
import type { Hal } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import type { MonitorModule } from '../../../monitors/contract.ts';
import type { ApiServices } from '../../api/services.ts';
import type { Config } from '../../config/table.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { setUpPageOf } from '../../paper/pages.ts';
import { printOwnPage } from '../../paper/print.ts';
import type { Printer } from '../../printers/printer.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';

/** On the boot partition. */
export const setUpCodeFile = 'platen-set-up-code.txt';

export interface SetUpParts {
  readonly hal: Pick<Hal, 'files'>;
  readonly folder: DataFolder;
  readonly config: Config;
  readonly services: ApiServices;
  readonly monitors: readonly MonitorModule[];
  readonly log: Log;
}

export function setUpStep(parts: SetUpParts): Step<undefined> {
  const { services } = parts;
  return {
    name: 'set-up code',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      await writeToBoot(parts);
      let turn = printOnce(parts);
      const stop = services.events.subscribe(({ type }) => {
        if (type === 'printer-created') turn = turn.then(() => printOnce(parts));
      });
      return {
        part: undefined,
        async stop() {
          stop();
          await turn;
        },
      };
    },
  };
}

/** A boot partition that can't be written keeps nobody out: console and paper have the code too. */
async function writeToBoot({ hal, config, services, log }: SetUpParts): Promise<void> {
  const folder = config['boot.folder'];
  if (folder === '') return;
  const path = `${folder}/${setUpCodeFile}`;
  try {
    const code = await services.access.setUp.code();
    if (code === undefined) await hal.files.remove(path);
    else await hal.files.replaceFile(path, Buffer.from(`${code}\r\n`));
  } catch (error) {
    if (!isHalError(error)) throw error;
    log.warn('the boot partition takes no set-up code', { message: error.message });
  }
}

/** One page for each code: a box that starts again and again must not use up its labels. */
async function printOnce(parts: SetUpParts): Promise<void> {
  const { hal, folder, services, log } = parts;
  const mark = `${folder.setUpCode}.printed`;
  try {
    const code = await services.access.setUp.code();
    if (code === undefined) return await hal.files.remove(mark);
    if ((await readMark(hal.files, mark)) === code) return;
    const printer = await localPrinter(parts);
    if (printer === undefined) return;
    const page = setUpPageOf(code, await services.appliance.addresses());
    const spooler = services.directory.byId(printer.spooler);
    const answer = spooler && (await printOwnPage(spooler, printer, page, itself));
    if (answer?.kind !== 'accepted') return;
    await hal.files.replaceFile(mark, Buffer.from(code));
    log.info('the set-up code is printed', { printer: printer.name });
  } catch (error) {
    log.warn('the set-up code could not be printed', { error });
  }
}

const markBytes = 256;
const itself = { door: 'api', userName: 'Platen', address: '', authenticated: true } as const;

async function readMark(files: Hal['files'], path: string): Promise<string | undefined> {
  try {
    return Buffer.from(await files.readFile(path, markBytes)).toString('latin1');
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** The first that stands at the box: what comes out of another one, strangers may read. */
async function localPrinter({ services, monitors }: SetUpParts): Promise<Printer | undefined> {
  const local = services.directory.byId('local');
  if (local === undefined) return undefined;
  const atBox = new Set(
    monitors
      .filter(({ locality, name }) => locality === 'local' && name !== 'file')
      .map((each) => each.name),
  );
  const ports = await local.ports.list();
  const names = new Set(
    ports.filter(({ info }) => atBox.has(info.monitorName)).map(({ info }) => info.name),
  );
  const all = await local.printers.list();
  return all.find(({ portNames }) => portNames.some((name) => names.has(name)));
}
