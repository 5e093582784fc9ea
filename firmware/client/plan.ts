// What would be done: the components with the client's half of their path calls, and the place of
// each file, all of it checked as the word of a stranger before anything is fetched.
import { clientLimits as limits } from '../limits/client-limits.ts';
import { queueFileLimits } from '../limits/queue-file-limits.ts';
import { foldFileName, nameProblem, parseDirectory } from '../queue-files/names.ts';
import type { Manifest, ManifestFile, ManifestKey } from '../queue-files/manifest.ts';
import type {
  CopyFileModule,
  CopyFilePaths,
  GenerateCopyFilePaths,
  SplClientInfo,
} from '../queue-files/modules/contract.ts';
import { findModule, moduleNames } from '../queue-files/modules/table.ts';
import { fileTypeOf } from '../queue-files/file-types.ts';
import { ClientError } from './contract.ts';

export interface PlannedFile {
  readonly file: ManifestFile;
  /** Folders below `files/`, then the name. */
  readonly parts: readonly string[];
  readonly name: string;
}

export interface PlannedComponent {
  /** `CopyFiles\ICM`. */
  readonly key: string;
  /** As the server wrote it: `Mscms.dll`. */
  readonly moduleName: string;
  readonly module: CopyFileModule;
  /** What the module was asked on this side. */
  readonly call: GenerateCopyFilePaths;
  readonly paths: CopyFilePaths;
  readonly files: readonly PlannedFile[];
}

export interface Plan {
  /** Packages and descriptions of drivers come first. */
  readonly drivers: readonly PlannedFile[];
  readonly components: readonly PlannedComponent[];
  readonly files: readonly PlannedFile[];
}

export interface PlanOptions {
  readonly client: SplClientInfo;
  /** `\\NTPRINT\HpColor`. */
  readonly uncName: string;
  /** Where files of this connection lie, for the path calls. */
  readonly filesPath: string;
}

/** Throws a ClientError for the first thing that is wrong. */
export function planOf(manifest: Manifest, options: PlanOptions): Plan {
  refuseTooMuch(manifest.files);
  const components = manifest.keys.flatMap(
    (key) => componentIn(key, manifest.files, options) ?? [],
  );
  const files = components.flatMap((component) => component.files);
  refuseStray(manifest.files, files);
  refuseClashes(files);
  const drivers = files.filter(({ file }) =>
    ['driver', 'ppd'].includes(fileTypeOf(file.name).role),
  );
  return { drivers, components, files };
}

function componentIn(
  { key, values }: ManifestKey,
  files: readonly ManifestFile[],
  options: PlanOptions,
): PlannedComponent | undefined {
  const component = /^CopyFiles\\([^\\]+)$/i.exec(key)?.[1];
  if (component === undefined) return undefined;
  const text = (name: string) => {
    const value = values.find((each) => each.name.toLowerCase() === name)?.value;
    return value?.type === 'string' ? value.data : undefined;
  };
  const directory = text('directory');
  const source = text('sourcedir');
  const target = text('targetdir');
  if (directory === undefined || source === undefined || target === undefined) return undefined;
  const moduleName = text('module') ?? '';
  const module = findModule(moduleName);
  if (module === undefined) {
    const known = moduleNames.join(', ');
    throw new ClientError(
      'module-refused',
      `${key} wants the module ${shown(moduleName)}. Modules are built in (${known}); ` +
        'none is fetched.',
    );
  }
  const parts = safeParts(key, target);
  const call = callOf(options, { directory, source, parts });
  return {
    key,
    moduleName,
    module,
    call,
    paths: pathsOf(module, call, key),
    files: files
      .filter((file) => foldFileName(file.component) === foldFileName(component))
      .map((file) => plannedFile(file, parts, directory)),
  };
}

/** A module may refuse; it may not send files elsewhere, whatever it was told. */
function pathsOf(module: CopyFileModule, call: GenerateCopyFilePaths, key: string): CopyFilePaths {
  const paths = module.generateCopyFilePaths(call);
  if (paths.status !== 'ERROR_SUCCESS') {
    throw new ClientError('module-refused', `${key}: module ${module.name}: ${paths.message}.`);
  }
  if (paths.target.path === call.target.path) return paths;
  throw new ClientError('path-unsafe', `${key}: module ${module.name} wants another folder.`);
}

/** The target is expanded to the client's own folder before the module sees it. */
function callOf(
  { client, uncName, filesPath }: PlanOptions,
  asked: { readonly directory: string; readonly source: string; readonly parts: readonly string[] },
): GenerateCopyFilePaths {
  const expanded = [filesPath, ...asked.parts].join('/');
  const { pathCharacters } = queueFileLimits;
  return {
    printerName: uncName,
    directory: asked.directory,
    clientInfo: client,
    level: 1,
    source: { path: asked.source, sizeCharacters: pathCharacters },
    // Paths of Linux are longer than MAX_PATH.
    target: { path: expanded, sizeCharacters: Math.max(pathCharacters, expanded.length + 1) },
    flags: 'COPYFILE_FLAG_CLIENT_SPOOLER',
  };
}

function safeParts(what: string, directory: string): readonly string[] {
  const parsed = parseDirectory(directory);
  if (parsed.kind === 'directory') return parsed.parts;
  throw new ClientError(
    'path-unsafe',
    `${what} would go to ${shown(directory)}: ${parsed.problem}. Nothing was taken.`,
  );
}

function plannedFile(file: ManifestFile, parts: readonly string[], directory: string): PlannedFile {
  const problem = nameProblem(file.name);
  if (problem !== undefined) {
    throw new ClientError(
      'path-unsafe',
      `A file is called ${shown(file.name)}: ${problem}. Nothing was taken.`,
    );
  }
  safeParts(file.name, file.directory);
  if (foldFileName(file.directory) !== foldFileName(directory)) {
    throw new ClientError(
      'manifest-wrong',
      `${shown(file.name)} lies in ${shown(file.directory)}, and its component in ` +
        `${shown(directory)}.`,
    );
  }
  return { file, parts, name: file.name };
}

/** What is in no component has no place here. */
function refuseStray(all: readonly ManifestFile[], planned: readonly PlannedFile[]): void {
  const placed = new Set(planned.map(({ file }) => file));
  const stray = all.find((file) => !placed.has(file));
  if (stray === undefined) return;
  throw new ClientError('manifest-wrong', `${shown(stray.name)} belongs to no component.`);
}

function refuseTooMuch(files: readonly ManifestFile[]): void {
  if (files.length > limits.files) {
    throw new ClientError(
      'file-too-large',
      `The queue has ${files.length} files, over ${limits.files}.`,
    );
  }
  const large = files.find((file) => file.sizeBytes > limits.fileBytes);
  if (large !== undefined) {
    throw new ClientError(
      'file-too-large',
      `${shown(large.name)} has ${large.sizeBytes} bytes; at most ${limits.fileBytes} are taken.`,
    );
  }
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (total <= limits.totalBytes) return;
  throw new ClientError(
    'file-too-large',
    `All files have ${total} bytes, over ${limits.totalBytes}.`,
  );
}

/** Every folder and file has one spelling, and no file stands where a folder is. */
function refuseClashes(files: readonly PlannedFile[]): void {
  const spelt = new Map<string, string>();
  const kinds = new Map<string, 'file' | 'folder'>();
  for (const { parts, name } of files) {
    for (let depth = 1; depth <= parts.length; depth += 1) {
      note(parts.slice(0, depth), 'folder');
    }
    note([...parts, name], 'file');
  }

  function note(path: readonly string[], kind: 'file' | 'folder'): void {
    const written = path.join('/');
    const folded = path.map(foldFileName).join('/');
    const before = spelt.get(folded);
    const isSecondFile = kind === 'file' && before !== undefined;
    if (isSecondFile || (before ?? written) !== written || (kinds.get(folded) ?? kind) !== kind) {
      throw new ClientError(
        'names-clash',
        `${shown(written)} and ${shown(before ?? written)} would be one file on some systems.`,
      );
    }
    spelt.set(folded, written);
    kinds.set(folded, kind);
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
