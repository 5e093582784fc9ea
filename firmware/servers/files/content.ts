// One file as HTTP serves it: entity tag and ranges (RFC 9110 8.8.3, 14), so that a download that
// broke off goes on where it was.
import type { OpenFile } from '../../../hal/contract.ts';
import { queueFileLimits as limits } from '../../limits/queue-file-limits.ts';
import type { FileEntry } from '../../store/printer-data-rows.ts';
import type { HttpAnswer, HttpRequest } from '../http/contract.ts';

/** Takes the open content over, and closes it. */
export async function answerContent(
  request: Pick<HttpRequest, 'method' | 'header'>,
  file: FileEntry,
  content: OpenFile,
): Promise<HttpAnswer> {
  const etag = `"${file.digest.replace(':', '-')}"`;
  const headers = {
    'content-type': file.type,
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    // Whatever it is, a browser takes nothing in it for a page of ours.
    'content-security-policy': "sandbox; default-src 'none'",
  };
  const sizeBytes = await content.sizeBytes();
  if (names(request.header('if-none-match'), etag)) {
    await content.close();
    return { status: 304, headers };
  }
  const range = rangeIn(request, etag, sizeBytes);
  if (range === 'unsatisfiable') {
    await content.close();
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${sizeBytes}` } };
  }
  const { from, to } = range ?? { from: 0, to: sizeBytes };
  const part =
    range === undefined ? {} : { 'content-range': `bytes ${from}-${to - 1}/${sizeBytes}` };
  return {
    status: range === undefined ? 200 : 206,
    headers: { ...headers, ...part },
    lengthBytes: to - from,
    // HEAD announces the length, and nothing follows.
    body: bytesOf(content, from, request.method === 'HEAD' ? from : to),
  };
}

async function* bytesOf(content: OpenFile, from: number, to: number): AsyncGenerator<Uint8Array> {
  try {
    for (let at = from; at < to; ) {
      const chunk = await content.read(at, Math.min(limits.chunkBytes, to - at));
      if (chunk.length === 0) throw new Error(`${content.path} ends at ${at}, before ${to}`);
      at += chunk.length;
      yield chunk;
    }
  } finally {
    await content.close();
  }
}

function names(field: string | undefined, etag: string): boolean {
  if (field === undefined) return false;
  if (field.trim() === '*') return true;
  return field.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

const rangeForm = /^bytes=(\d{0,15})-(\d{0,15})$/;

/**
 * One range, from its first byte to the one behind its last. Undefined: the whole is sent, which is
 * right for every range that is not understood (RFC 9110 14.2), and where the file has changed.
 */
function rangeIn(
  { header }: Pick<HttpRequest, 'header'>,
  etag: string,
  sizeBytes: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | undefined {
  const [, first, last] = rangeForm.exec(header('range')?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const condition = header('if-range');
  if (condition !== undefined && condition.trim() !== etag) return undefined;
  if (first === '') {
    const from = Math.max(0, sizeBytes - Number(last));
    return from < sizeBytes ? { from, to: sizeBytes } : 'unsatisfiable';
  }
  const from = Number(first);
  const to = last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (last !== '' && Number(last) < from) return undefined;
  return from < sizeBytes ? { from, to } : 'unsatisfiable';
}
