// Large documents go to the standby before their records, and a commit waits for no dead peer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDocumentOffers } from '../../firmware/cluster/host/ahead.ts';
import type { OfferedDocument } from '../../firmware/cluster/host/contract.ts';
import { createOwnedStore } from '../../firmware/cluster/host/owned-store.ts';
import { clusterLimits } from '../../firmware/limits/cluster-limits.ts';
import type { CommitUnit, DocumentToStore } from '../../firmware/store/contract.ts';
import { unusedStore } from '../fakes/unused-store.ts';
import { VirtualClock } from '../world/clock.ts';

const at = { ms: 0, trusted: true };
const document = { number: 1, name: '', format: 'x/y', sizeBytes: 3, digest: 'sha256:d' };
const file = { kind: 'file', name: 'd.doc' } as const;
const { signal } = new AbortController();

function unitOf(source: DocumentToStore['source']): CommitUnit {
  return {
    spooler: 'g',
    term: { generation: 1, counter: 1, node: 'a' },
    changes: [{ type: 'job.document-added', payload: { jobId: 'j', document, last: true, at } }],
    documents: [{ jobId: 'j', number: 1, source }],
  };
}

function subject(offer: (offered: OfferedDocument, signal: AbortSignal) => Promise<void>) {
  const clock = new VirtualClock();
  const opened: string[] = [];
  const state = { inStep: true };
  const offers = createDocumentOffers({
    peer: { offer },
    spool: {
      async open(location) {
        opened.push(location.name);
        return {
          sizeBytes: location.sizeBytes,
          read: async () => Uint8Array.of(1),
          close: async () => undefined,
        };
      },
    },
    clock,
    inStep: () => state.inStep,
    leastBytes: document.sizeBytes,
  });
  return { offers, clock, opened, state };
}

const never = () => new Promise<void>(() => undefined);
const settled = async (work: Promise<void>) => {
  let done = false;
  void work.then(() => (done = true));
  await new Promise(setImmediate);
  return done;
};

describe('a document ahead of its record', () => {
  test('can be read by the peer while it is offered, and not after', async () => {
    const told = Promise.withResolvers<void>();
    const seen: string[] = [];
    const { offers, opened } = subject(async ({ added }) => {
      seen.push(added.jobId);
      await told.promise;
    });
    const bringing = offers.bring(unitOf(file), signal);
    assert.ok(bringing !== undefined);
    assert.equal(await settled(bringing), false);
    const reader = await offers.open('j', 1);
    assert.equal(reader?.sizeBytes, 3);
    assert.deepEqual(opened, ['d.doc']);
    told.resolve();
    await bringing;
    assert.deepEqual(seen, ['j']);
    assert.equal(offers.open('j', 1), undefined);
  });

  test('is not offered where it is small, or the standby lacks more', () => {
    const { offers, state } = subject(never);
    const inline = { kind: 'inline', bytes: Uint8Array.of(1, 2, 3) } as const;
    assert.equal(offers.bring(unitOf(inline), signal), undefined);
    state.inStep = false;
    assert.equal(offers.bring(unitOf(file), signal), undefined);
  });

  test('that the peer can’t take comes with its record', async () => {
    const { offers } = subject(async () => Promise.reject(new Error('no room')));
    await offers.bring(unitOf(file), signal);
  });

  test('is waited for as long as the peer reads on, and no longer', async () => {
    const { offers, clock } = subject(never);
    const bringing = offers.bring(unitOf(file), signal);
    assert.ok(bringing !== undefined);
    const reader = await offers.open('j', 1);
    await reader?.read(0, 1);
    const { dataAcknowledgementMs } = clusterLimits;
    for (let piece = 0; piece < 3; piece += 1) {
      await clock.advance(dataAcknowledgementMs - 1);
      await reader?.read(0, 1);
    }
    assert.equal(await settled(bringing), false);
    await clock.advance(dataAcknowledgementMs);
    await bringing;
  });

  test('is not waited for where the peer does not begin to read', async () => {
    const { offers, clock } = subject(never);
    const bringing = offers.bring(unitOf(file), signal);
    assert.ok(bringing !== undefined);
    await clock.advance(clusterLimits.documentStallMs);
    await bringing;
  });

  test('is waited for no more where the standby is away', async () => {
    const { offers } = subject(never);
    const bringing = offers.bring(unitOf(file), signal);
    offers.breakOff();
    await bringing;
  });

  test('is there before the commit, which ends with the ownership', async () => {
    const told = Promise.withResolvers<void>();
    const ending = new AbortController();
    const committed: CommitUnit[] = [];
    const store = createOwnedStore({
      store: unusedStore,
      offers: { bring: () => told.promise },
      commits: {
        async commit(unit) {
          committed.push(unit);
          return { kind: 'committed', lastSeq: 1, jobs: [], printers: [], events: [] };
        },
      },
      ended: ending.signal,
    });
    const first = store.commit(unitOf(file));
    await new Promise(setImmediate);
    assert.equal(committed.length, 0);
    told.resolve();
    await first;
    assert.equal(committed.length, 1);
    const second = store.commit(unitOf(file));
    ending.abort();
    await assert.rejects(second, /has ended/);
    assert.equal(committed.length, 1);
  });
});
