// Reads the project as git sees it: tracked files and those not yet added, ignored ones left out.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { makeSource, type SourceFile } from './source.ts';

const MAX_LIST_BYTES = 16 * 1024 * 1024;
const BINARY = /\.(png|jpe?g|gif|ico|pdf|woff2|bin|pcap)$/;

export async function readProject(root: string): Promise<readonly SourceFile[]> {
  // A checkout may belong to another user, as in a container: reading its list of files is
  // harmless.
  const git = ['-c', 'safe.directory=*', 'ls-files', '-z', '-co', '--exclude-standard'];
  const options = { cwd: root, maxBuffer: MAX_LIST_BYTES };
  const { stdout } = await promisify(execFile)('git', git, options);
  const paths = [...new Set(stdout.split('\0'))].filter(
    (path) => path !== '' && !BINARY.test(path) && !path.startsWith('test/captures/'),
  );
  const files = await Promise.all(paths.map((path) => readSource(root, path)));
  return files.filter((file) => file !== undefined);
}

async function readSource(root: string, path: string): Promise<SourceFile | undefined> {
  try {
    return makeSource(path, await readFile(join(root, path), 'utf8'));
  } catch (error) {
    // Tracked, and deleted in the work tree: there is nothing to check.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
