// Target: compressed documents, damaged and swollen.
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { RefusedError } from '../../../firmware/errors/codes.ts';
import { expand } from '../../../firmware/intake/expand.ts';
import { cut, type FuzzTarget, must } from '../target.ts';

const limits = { expandedFreeBytes: 64 * 1024, expandedRatio: 50, expandedBytes: 1024 * 1024 };

export const gzipTarget: FuzzTarget = {
  name: 'gzip',
  words: ['\x1f\x8b\x08', '\x78\x9c', '\x00\x00\xff\xff', '\x03\x00'],
  seeds: async () => {
    const plain = Buffer.from('a page of a document, again and again. '.repeat(40));
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
    const all = [gzipSync(plain), deflateSync(plain), deflateRawSync(plain), bomb];
    return [...all, Buffer.concat([gzipSync(plain), gzipSync(plain)])];
  },
  open: async () => ({
    async try(input, chance) {
      const compression = chance.chance(0.5) ? 'gzip' : 'deflate';
      let bytes = 0;
      try {
        for await (const chunk of expand(partsOf(cut(input, chance)), compression, limits)) {
          bytes += chunk.length;
          must(bytes <= limits.expandedBytes, 'more came out than may');
        }
        return `${compression} ${Math.ceil(Math.log2(bytes + 1))}`;
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        return `${compression} ${error.refusal.code} ${bytes > 0}`;
      }
    },
    close: async () => undefined,
  }),
};

async function* partsOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
