// The queue-specific files of one spooler: contents on the disk first, then the record that names
// them; what clients are promised is signed with the spooler's key.
import type { Clock, OpenFile, Random } from '../../hal/contract.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import type { IdentityKey } from '../identity/contract.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { PrinterData } from '../printer-data/contract.ts';
import type { Printer } from '../printers/printer.ts';
import { needRole } from '../spooler/rights.ts';
import type { CommitOutcome } from '../store/contract.ts';
import type { FileEntry } from '../store/printer-data-rows.ts';
import type { Change } from '../store/records/table.ts';
import { createConnections } from './connections.ts';
import type { FileContents } from './contents.ts';
import type { NewFile, QueueFiles } from './contract.ts';
import { fileTypeOf } from './file-types.ts';
import { makeManifest } from './make-manifest.ts';
import { foldFileName, nameProblem, parseDirectory, separator } from './names.ts';
import { findModule, moduleNames } from './modules/table.ts';
import type { QueueReading } from './reading.ts';

export interface QueueFilesOptions {
  readonly contents: FileContents;
  readonly reading: QueueReading;
  readonly data: PrinterData;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  /** The spooler's own key; undefined: it has none yet, and promises nothing. */
  readonly signer: () => IdentityKey | undefined;
  readonly networkName: () => string;
  readonly printerById: (id: string) => Printer | undefined;
  readonly clock: Pick<Clock, 'wall'>;
  readonly random: Pick<Random, 'uuid'>;
  /** The peer of a group gets it before its record, which would else wait for it. */
  readonly offer?: (content: { digest: string; sizeBytes: number }) => Promise<void>;
  /** A record names it no more. */
  readonly onUnused: () => void;
}

/** Where a new file belongs, and as what. */
interface Placed {
  readonly kind: 'placed';
  readonly component: string;
  readonly directory: string;
  readonly name: string;
  readonly module: string;
}

export function createQueueFiles(options: QueueFilesOptions): QueueFiles {
  const { contents, reading, printerById, commit, clock } = options;
  const connections = createConnections(options);

  const find = async (
    printerId: string,
    { directory, name }: Pick<FileEntry, 'directory' | 'name'>,
  ) => {
    const folded = foldPlace(directory, name);
    const files = await reading.files(printerId);
    return files.find((file) => foldPlace(file.directory, file.name) === folded);
  };

  const done = async (printerId: string, changes: readonly Change[]) => {
    const outcome = await commit(changes);
    reading.forget(printerId);
    return outcome.kind === 'refused' ? outcome : ({ kind: 'done' } as const);
  };

  return {
    list: (printerId) => reading.files(printerId),
    facts: (printerId) => reading.facts(printerId),
    async put(printerId, stream, wanted, by) {
      const printer = printerById(printerId);
      if (printer === undefined) return noPrinter(printerId);
      const refusal = needRole(by, 'administrator', 'storing a file for a printer');
      if (refusal !== undefined) return refusal;
      const placed = await place(reading, printer, wanted);
      if (placed.kind === 'refused') return placed;
      const room = roomLeft(await reading.files(printerId), placed);
      if (room.kind === 'refused') return room;
      const type = fileTypeOf(placed.name);
      let title = placed.name;
      const received = await contents.receive(stream, {
        sizeBytes: wanted.sizeBytes,
        limitBytes: room.bytes,
        async check(file, sizeBytes) {
          const looked = await lookAt(placed.name, file, sizeBytes);
          if (looked.kind === 'checked') title = looked.title ?? title;
          return looked.kind === 'refused' ? looked : undefined;
        },
      });
      if (received.kind === 'refused') return received;
      try {
        const { component, directory, name, module } = placed;
        const { digest, sizeBytes } = received;
        await options.offer?.({ digest, sizeBytes });
        const at = clock.wall();
        const plain = { component, directory, name, digest, sizeBytes, title, at };
        const file: FileEntry = { ...plain, type: type.type };
        const answer = await done(printerId, [
          { type: 'printer.file-put', payload: { id: printerId, module, file } },
        ]);
        return answer.kind === 'refused' ? answer : { kind: 'done', file };
      } finally {
        received.release();
        // The one that it replaced, or this one where it was refused.
        options.onUnused();
      }
    },
    async remove(printerId, where, by) {
      const refusal = needRole(by, 'administrator', 'removing a file of a printer');
      if (refusal !== undefined) return refusal;
      const file = await find(printerId, where);
      if (file === undefined) return noFile(where);
      const { directory, name } = file;
      const payload = { id: printerId, directory, name, at: clock.wall() };
      const answer = await done(printerId, [{ type: 'printer.file-removed', payload }]);
      options.onUnused();
      return answer;
    },
    async open(printerId, where) {
      const file = await find(printerId, where);
      if (file === undefined) return noFile(where);
      const content = await contents.open(file.digest);
      if (content !== undefined) return { kind: 'open', file, content };
      return refused('file-not-found', `The content of ${file.name} is not on this appliance.`);
    },
    async manifest(printerId, request) {
      const printer = printerById(printerId);
      if (printer === undefined) return noPrinter(printerId);
      return makeManifest(options, printer, request);
    },
    ...connections,
  };
}

async function place(
  reading: QueueReading,
  printer: Printer,
  wanted: NewFile,
): Promise<Placed | Refusal> {
  const { name, component } = wanted;
  const problem = nameProblem(name);
  if (problem !== undefined) return wrong(`${shown(name)} can not be the name of a file`, problem);
  const notOne = nameProblem(component);
  if (notOne !== undefined) return wrong(`${shown(component)} can not be a component`, notOne);
  const files = await reading.files(printer.id);
  const siblings = files.filter((file) => foldFileName(file.component) === foldFileName(component));
  const [sibling] = siblings.filter((file) => foldFileName(file.name) !== foldFileName(name));
  const parsed = parseDirectory(wanted.directory ?? sibling?.directory ?? component);
  if (parsed.kind === 'wrong') {
    return wrong(`${shown(wanted.directory ?? component)} can not be a directory`, parsed.problem);
  }
  const directory = parsed.parts.join(separator);
  const elsewhere = refuseElsewhere(files, { name, component, directory }, sibling);
  if (elsewhere !== undefined) return elsewhere;
  const module = wanted.module ?? (fileTypeOf(name).role === 'profile' ? 'color' : 'plain');
  if (findModule(module) === undefined) {
    return wrong(
      `there is no copy-file module ${shown(module)}`,
      moduleNames.join(' and ') + ' are',
    );
  }
  return { kind: 'placed', component: sibling?.component ?? component, directory, name, module };
}

/** One directory a component, one spelling a directory, and one file a place. */
function refuseElsewhere(
  files: readonly FileEntry[],
  { name, component, directory }: Pick<FileEntry, 'name' | 'component' | 'directory'>,
  sibling: FileEntry | undefined,
): Refusal | undefined {
  if (sibling !== undefined && foldFileName(sibling.directory) !== foldFileName(directory)) {
    return wrong(`component ${component} lies in ${sibling.directory}`, 'it has one directory');
  }
  const other = files.find(
    (file) => foldPlace(file.directory, file.name) === foldPlace(directory, name),
  );
  if (other !== undefined && foldFileName(other.component) !== foldFileName(component)) {
    return wrong(
      `${directory}${separator}${name} belongs to ${other.component}`,
      'remove it first',
    );
  }
  const spelt = files.find(
    (file) =>
      foldFileName(file.directory) === foldFileName(directory) && file.directory !== directory,
  );
  if (spelt === undefined) return undefined;
  return wrong(`${directory} is there as ${spelt.directory}`, 'clients may take both for one');
}

function roomLeft(
  files: readonly FileEntry[],
  { component, directory, name }: Placed,
): { readonly kind: 'room'; readonly bytes: number } | Refusal {
  const others = files.filter(
    (file) => foldPlace(file.directory, file.name) !== foldPlace(directory, name),
  );
  const mates = others.filter((file) => foldFileName(file.component) === foldFileName(component));
  const components = new Set(others.map((file) => foldFileName(file.component)));
  components.add(foldFileName(component));
  if (others.length >= limits.filesPerPrinter) return full(limits.filesPerPrinter, 'files');
  if (mates.length >= limits.filesPerComponent) {
    return full(limits.filesPerComponent, 'files in one component');
  }
  if (components.size > limits.componentsPerPrinter) {
    return full(limits.componentsPerPrinter, 'components');
  }
  const taken = others.reduce((sum, file) => sum + file.sizeBytes, 0);
  const bytes = Math.min(limits.fileBytes, limits.bytesPerPrinter - taken);
  return bytes > 0 ? { kind: 'room', bytes } : full(limits.bytesPerPrinter, 'bytes');
}

/** Whether it is what its name says, as far as that is known of its type. */
async function lookAt(
  name: string,
  file: OpenFile,
  sizeBytes: number,
): Promise<{ readonly kind: 'checked'; readonly title?: string } | Refusal> {
  const type = fileTypeOf(name);
  const ending = type.endings.find((each) => name.toLowerCase().endsWith(each)) ?? '';
  const head = Buffer.from(await file.read(0, Math.min(sizeBytes, limits.headBytes)));
  if (type.head?.(head) === false) {
    return wrong(`${name} is no ${ending} file`, 'its first bytes are those of something else');
  }
  if (type.whole === undefined) return { kind: 'checked' };
  if (sizeBytes > limits.checkedBytes) {
    return refused('too-large', `A ${ending} file has at most ${limits.checkedBytes} bytes.`);
  }
  const { title, problem } = type.whole(await file.read(0, sizeBytes));
  if (problem !== undefined) return wrong(`${name} is refused`, problem);
  return title === undefined ? { kind: 'checked' } : { kind: 'checked', title };
}

function foldPlace(directory: string, name: string): string {
  return `${foldFileName(directory.replaceAll('/', separator))}${separator}${foldFileName(name)}`;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}

function wrong(what: string, why: string): Refusal {
  return refused('file-refused', `${what}: ${why}.`);
}

function full(most: number, what: string): Refusal {
  return refused('too-large', `A printer has at most ${most} ${what}.`);
}

function noFile({ directory, name }: Pick<FileEntry, 'directory' | 'name'>): Refusal {
  return refused('file-not-found', `There is no file ${directory}${separator}${name}.`);
}

function noPrinter(id: string): Refusal {
  return refused('printer-not-found', `There is no printer ${id}.`);
}
