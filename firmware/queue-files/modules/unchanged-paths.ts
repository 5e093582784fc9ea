// The paths as they came: what both built-in modules answer, after a look at the buffers.
import type { CopyFilePaths, GenerateCopyFilePaths } from './contract.ts';

export function unchangedPaths({ source, target }: GenerateCopyFilePaths): CopyFilePaths {
  for (const { path, sizeCharacters } of [source, target]) {
    // The NUL at the end needs its place too.
    if (path.length + 1 <= sizeCharacters) continue;
    return {
      status: 'ERROR_INSUFFICIENT_BUFFER',
      message: `${path} needs ${path.length + 1} characters, and there are ${sizeCharacters}`,
    };
  }
  return { status: 'ERROR_SUCCESS', source, target };
}
