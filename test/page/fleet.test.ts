// The overview of a fleet is usable within a second more than an empty page of the same server, and
// stays live: in small here, in full by `npm run bench -- page`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFleet } from '../../tools/page/look.ts';

/** Each second look of two: the first one warms the browser's and the server's caches. */
test('the overview of a fleet is there within a second more than an empty page', async (t) => {
  const fleet = await openFleet({ printers: 300, jobs: 1_000 });
  t.after(() => fleet.close());
  await fleet.look();
  const { emptyMs, overviewMs } = await fleet.look();
  const more = overviewMs - emptyMs;
  assert.ok(more < 1_000, `${Math.round(more)} ms more`);
});
