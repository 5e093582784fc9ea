// `npm run format`, after the formatter: breaks wide comments in all TypeScript and JavaScript
// files.

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { wrapComments } from './wrap-comments.ts';

const list = ['ls-files', '-z', '-co', '--exclude-standard', '--deduplicate', '*.ts', '*.mjs'];
const { stdout } = await promisify(execFile)('git', list);
for (const path of stdout.split('\0').filter((name) => name !== '')) {
  const text = await readFile(path, 'utf8');
  const wrapped = wrapComments(text);
  if (wrapped === text) continue;
  await writeFile(path, wrapped);
  process.stdout.write(`${path}: comments broken anew\n`);
}
