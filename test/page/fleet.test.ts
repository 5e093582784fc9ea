// The overview of a fleet is usable within a second more than an empty page of the same server, and
// stays live: in small here, in full by `npm run bench -- page`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFleet } from '../../tools/page/look.ts';
import { atEnd } from '../at-end.ts';

/** The best of three: other tests run beside it. */
test('the overview of a fleet is there within a second more than an empty page', async (t) => {
  const fleet = await openFleet({ printers: 300, jobs: 1_000 });
  atEnd(t, () => fleet.close());
  const looks = [await fleet.look(), await fleet.look(), await fleet.look()];
  const more = Math.min(...looks.map(({ emptyMs, overviewMs }) => overviewMs - emptyMs));
  assert.ok(more < 1_000, `${Math.round(more)} ms more`);
});
