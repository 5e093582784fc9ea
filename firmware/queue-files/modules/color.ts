// The copy-file module of colour: what arrives has to be an ICC profile, and is named in the log.
import { readIccProfile } from '../icc-profile.ts';
import type { CopyFileModule, DownloadedFile } from './contract.ts';
import { unchangedPaths } from './unchanged-paths.ts';

export const colorModule: CopyFileModule = {
  name: 'color',
  aliases: ['mscms.dll', 'mscms'],
  generateCopyFilePaths: unchangedPaths,
  async spoolerCopyFileEvent({ event, files }) {
    if (event !== 'FILES_CHANGED') return { lines: [] };
    return { lines: await Promise.all(files.map(lineOf)) };
  },
};

async function lineOf({ name, read }: DownloadedFile): Promise<string> {
  const profile = readIccProfile(await read());
  if (profile.kind === 'wrong') return `${name} is no ICC profile: ${profile.problem}`;
  const { version, deviceClass, colourSpace } = profile;
  const facts = `ICC ${version}, ${deviceClass}, ${colourSpace}`;
  return `${name}: profile "${profile.name ?? name}", ${facts}`;
}
