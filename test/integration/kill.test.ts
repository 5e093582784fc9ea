// Killed right after it acknowledged 200 jobs: all are printed after the next start, doubles are
// marked.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { job } from '../../firmware/api/schemas/job.ts';
import type { JobView } from '../../firmware/api/types.ts';
import { readPages } from '../../firmware/cli/pages.ts';
import { openIppClient } from '../../tools/bench/ipp-client.ts';
import { addPrinter, receivedDocuments, whenReceived } from '../../tools/up/platen.ts';
import { openHouse } from './house.ts';

const jobCount = 200;
const clients = 8;
const arrivalTimeoutMs = 60_000;

test('kill -9 after 200 acknowledgements: 200 printed, none twice but those marked', async (t) => {
  const house = await openHouse(t);
  const first = await house.serve();
  await addPrinter(first, 'office', house.emulator);
  const documents = Array.from({ length: jobCount }, () => randomBytes(2_000));

  const waiting = [...documents];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = openIppClient(first.port, 'office');
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        await client.print(next);
      }
      client.close();
    }),
  );
  await first.process.kill();
  const printedBefore = (await receivedDocuments(house.emulator)).length;
  assert.ok(printedBefore < jobCount, 'the kill came too late to show anything');

  await house.serve();
  const wanted = new Set(documents.map(digestOf));
  const missing = (received: readonly Uint8Array[]) =>
    wanted.difference(new Set(received.map(digestOf))).size;
  await whenReceived(
    house.emulator,
    (received) => missing(received) === 0 || undefined,
    arrivalTimeoutMs,
  );
  const received = await receivedDocuments(house.emulator);
  assert.equal(missing(received), 0, `of ${jobCount} are not printed`);

  const jobs = await readPages(house.api(), '/jobs?which=all', job);
  assert.equal(jobs.length, jobCount);
  const marked = jobs.filter((item) => item.possiblyPrintedTwice).map(digestOfJob);
  const digests = received.map(digestOf);
  const twice = digests.filter((digest, at) => digests.indexOf(digest) !== at);
  for (const digest of twice) assert.ok(marked.includes(digest), `${digest} twice, not marked`);
  // What the kill cut off is the beginning of a document that was printed again, or nothing at all.
  const parts = received.filter((bytes) => !wanted.has(digestOf(bytes)));
  assert.ok(parts.length <= 1, `${parts.length} documents that nobody sent`);
  for (const part of parts.filter(({ length }) => length > 0)) {
    const whole = documents.find((bytes) => bytes.subarray(0, part.length).equals(part));
    assert.ok(whole !== undefined && marked.includes(digestOf(whole)), 'a part that is not marked');
  }
});

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function digestOfJob({ documents }: JobView): string {
  return documents[0]?.digest.replace('sha256:', '') ?? '';
}
