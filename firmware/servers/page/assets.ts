// Makes what is served of the two built files: compressed once, named by their content.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { PageAsset, PageAssets } from './contract.ts';

const compress = promisify(gzip);

/** Rejects with a plain Error where the document holds no style sheet: then it is no page. */
export async function makePageAssets(html: Uint8Array, script: Uint8Array): Promise<PageAssets> {
  const [, style] = /<style>([^]*?)<\/style>/.exec(Buffer.from(html).toString('utf8')) ?? [];
  if (style === undefined) throw new Error('the page was built without its style sheet');
  return {
    assets: [
      await makeAsset('/', 'text/html; charset=utf-8', html),
      await makeAsset('/page.js', 'text/javascript; charset=utf-8', script),
    ],
    styleHash: `sha256-${createHash('sha256').update(style).digest('base64')}`,
  };
}

async function makeAsset(path: string, contentType: string, bytes: Uint8Array): Promise<PageAsset> {
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return { path, contentType, bytes, gzipped: await compress(bytes), etag: `"${digest}"` };
}
