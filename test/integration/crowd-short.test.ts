// The short form of `npm run crowd`: connections that do nothing, and a document at each door.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCrowd } from '../../tools/crowd/run.ts';

test('who holds connections keeps nobody from printing; large documents come whole', async (t) => {
  const largeBytes = 24 * 1024 * 1024 + 1;
  const report = await runCrowd({ connections: 800, prints: 10, largeBytes });
  assert.deepEqual(report.connections, { tried: 800, held: 800, refused: 0 });
  assert.deepEqual(
    report.large.map(({ door }) => door),
    ['ipp', 'raw', 'lpd'],
  );
  t.diagnostic(`the longest wait was ${Math.round(report.longestPrintMs)} ms`);
  assert.ok(report.longestPrintMs < 5_000, `${report.longestPrintMs} ms`);
});
