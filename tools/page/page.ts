// `npm run page`: builds the page, and says how large it is unless it shall be --quiet.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pageFiles } from '../../firmware/entry/page-assets.ts';
import { buildPage } from './build.ts';

const folder = await buildPage();
if (!process.argv.includes('--quiet')) await saySizes();

async function saySizes(): Promise<void> {
  for (const name of pageFiles) {
    const bytes = await readFile(join(folder, name));
    process.stdout.write(`${name}: ${bytes.length} bytes, ${gzipSync(bytes).length} gzipped\n`);
  }
}
