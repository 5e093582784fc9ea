// Finds the built page: in the single file, or where the sources' build left it.

import { readFile } from 'node:fs/promises';
import { getRawAsset, isSea } from 'node:sea';

import { makePageAssets } from '../servers/page/assets.ts';
import type { PageAssets } from '../servers/page/contract.ts';

/** The page's files, as the build and the single file name them. */
export const pageFiles = ['index.html', 'page.js'] as const;

/** The name under which the single file carries a file of the page. */
export function pageAsset(name: (typeof pageFiles)[number]): string {
  return `page/${name}`;
}

/** Undefined where the sources run and nobody built the page yet. */
export async function findPage(): Promise<PageAssets | undefined> {
  try {
    const [html, script] = await Promise.all(pageFiles.map(readPageFile));
    if (html === undefined || script === undefined) return undefined;
    return await makePageAssets(html, script);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readPageFile(name: (typeof pageFiles)[number]): Promise<Uint8Array> {
  if (isSea()) return new Uint8Array(getRawAsset(pageAsset(name)));
  return await readFile(new URL(`../../build/page/${name}`, import.meta.url));
}
