// Builds the page into build/page: one document with its style, one script, within its budget.

import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Both requests together, gzipped. */
const budgetBytes = 60 * 1024;

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'web');
const output = join(root, 'build', 'page');

/** Builds unless what lies there is newer than every source of it; resolves with its folder. */
export async function buildPage(): Promise<string> {
  if (await isCurrent()) return output;
  const [script, style, document] = await Promise.all([
    bundlePage(),
    minifyStyle(),
    readFile(join(source, 'index.html'), 'utf8'),
  ]);
  const html = document.replace(/<!-- .*? -->\n/s, '').replace('/*style*/', () => style.trim());
  const bytes = gzipSync(html).length + gzipSync(script).length;
  if (bytes > budgetBytes) {
    throw new Error(`the page has ${bytes} bytes gzipped, and its budget is ${budgetBytes}`);
  }
  await mkdir(output, { recursive: true });
  await replace(join(output, 'index.html'), html);
  // Last: its time says that all is there.
  await replace(join(output, 'page.js'), script);
  return output;
}

/** As a whole: several processes may build at once, and others read meanwhile. */
async function replace(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

async function bundlePage(): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [join(source, 'main.tsx')],
    tsconfig: join(source, 'tsconfig.json'),
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [script] = result.outputFiles;
  if (script === undefined) throw new Error('esbuild made nothing of the page');
  return script.contents;
}

async function minifyStyle(): Promise<string> {
  const result = await build({
    entryPoints: [join(source, 'style.css')],
    write: false,
    minify: true,
    logLevel: 'silent',
  });
  const [style] = result.outputFiles;
  if (style === undefined) throw new Error('esbuild made nothing of the style sheet');
  return style.text;
}

async function isCurrent(): Promise<boolean> {
  const built = await timeOf(join(output, 'page.js'));
  if (built === undefined) return false;
  const names = await readdir(source, { recursive: true });
  const inputs = [...names.map((name) => join(source, name)), join(root, 'package-lock.json')];
  const times = await Promise.all(inputs.map(timeOf));
  return times.every((time) => time === undefined || time <= built);
}

async function timeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
