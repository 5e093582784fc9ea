// A power cut of the whole site, in short: both appliances are killed while a client prints, and
// start in each order while it goes on; they are in step again, nothing is lost, and what was
// printed twice is marked. The bench (`--scenario site-power`) does it in namespaces, 40 s apart.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { job } from '../../firmware/api/schemas/job.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { startMosquitto } from '../pair/mosquitto.ts';
import { address } from '../pair/rig.ts';
import { receivedDocuments, startEmulator, whenReceived } from '../../tools/up/platen.ts';
import { type Box, ownerOf, pairBoxes, startAgain, startBox } from './boxes.ts';
import { atEnd } from '../at-end.ts';

const loopback = ['cluster.loopbackIsNetwork=true'];
const queue = '/printers/accounts%2Foffice/jobs';
const printedMs = 60_000;

/** Prints one after the other at each box until it is stopped; what was accepted, by name. */
function startClient(boxes: readonly Box[]) {
  const accepted: string[] = [];
  let stopped = false;
  /** Pending while the boxes are down. */
  let power: Promise<void> = Promise.resolve();
  const printAt = async ({ api }: Box, at: number): Promise<void> => {
    for (let number = 1; !isStopped(); number += 1) {
      const name = `job-${number}-${at}`;
      const bytes = (async function* () {
        yield Buffer.from(name);
      })();
      try {
        await api.upload(`${queue}?name=${name}`, 'application/octet-stream', bytes, job);
        accepted.push(name);
      } catch {
        // Refused, or cut off: nobody knows of the job.
        await power;
      }
    }
  };
  const isStopped = () => stopped;
  const running = Promise.all(boxes.map(printAt));
  return {
    accepted,
    /** Answers how to bring it back. */
    cutPower(): () => void {
      const back = Promise.withResolvers<void>();
      power = back.promise;
      return back.resolve;
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

test('both boxes are killed while a client prints, and come back in each order', async (t) => {
  const paper = await mkdtemp(join(tmpdir(), 'platen-paper-'));
  atEnd(t, () => rm(paper, { recursive: true, force: true }));
  const [witness, device, ...started] = await Promise.all([
    startMosquitto(t),
    startEmulator(paper),
    startBox(t, loopback),
    startBox(t, loopback),
  ]);
  atEnd(t, () => device.process.kill());
  let [a, b] = started;
  await pairBoxes(a, b);
  await a.platen.run('pair', 'witness', address, '--port', String(witness.port));
  await a.platen.run('group', 'create', 'accounts');
  const first = await ownerOf(a, b);
  const port = ['port', 'add', 'accounts/lj', '--monitor', 'tcp', '--host', '127.0.0.1'];
  await first.owner.platen.run(...port, '--port-number', String(device.port));
  await first.owner.platen.run('printer', 'add', 'accounts/office', '--port', 'lj');
  const client = startClient([a, b]);
  const printed = async () =>
    (await receivedDocuments(device)).map((bytes) => Buffer.from(bytes).toString());
  const some = (count: number) =>
    whenReceived(device, (all) => (all.length >= count ? true : undefined), printedMs);

  for (const order of ['owner', 'standby'] as const) {
    await t.test(`the ${order} first`, async () => {
      const { owner, other } = await ownerOf(a, b);
      await some((await printed()).length + 5);
      const isBack = client.cutPower();
      await Promise.all([owner, other].map(({ platen }) => platen.process.kill()));
      const [one, two] = order === 'owner' ? [owner, other] : [other, owner];
      [a, b] = [await startAgain(t, one), await startAgain(t, two)];
      isBack();
      const countThen = client.accepted.length;
      await ownerOf(a, b);
      await some((await printed()).length + 5);
      assert.ok(client.accepted.length > countThen);
    });
  }

  await t.test('nothing was lost, and what was printed twice is marked', async () => {
    await client.stop();
    const { owner } = await ownerOf(a, b);
    const all = await whenReceived(
      device,
      (documents) => {
        const there = new Set(documents.map((bytes) => Buffer.from(bytes).toString()));
        return client.accepted.every((name) => there.has(name)) ? true : undefined;
      },
      printedMs,
    );
    assert.equal(all, true, 'a job that was accepted did not come');
    const names = await printed();
    const doubles = new Set(names.filter((name, at) => names.indexOf(name) !== at));
    const page = `/jobs?which=all&printer=accounts%2Foffice&limit=1000`;
    const { items } = await owner.api.get(page, pageOf(job));
    const marked = new Set(items.flatMap((each) => (each.possiblyPrintedTwice ? [each.name] : [])));
    assert.deepEqual(
      [...doubles].filter((name) => !marked.has(name)),
      [],
    );
  });
});
