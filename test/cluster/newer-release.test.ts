// Two appliances one release apart: records that only the newer one knows. The older one stores
// what comes before them, says why it stays behind, and nobody waits for it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planHandOver } from '../../firmware/cluster/handover.ts';
import { storePart } from '../../firmware/cluster/host/store-part.ts';
import { decodeMessage } from '../../firmware/pair/message-codec.ts';
import type { LogRecord } from '../../firmware/store/contract.ts';
import { at, openRig, printer } from '../store/rig.ts';
import {
  ownerInStep,
  owner,
  persistAll,
  record,
  self,
  sent,
  standby,
  kinds,
  term,
} from './rules/subject.ts';
import { grown } from '../../firmware/cluster/history.ts';

const mine = term(7, self);
const spooler = 'group';
const made = { type: 'printer.created', payload: { printer: { ...printer(), spooler } } };
/** What this release will never know. */
const unknown = { type: 'printer.scented', payload: { printerId: 'printer-1', scent: 'pine', at } };

/** As they come from a newer release. */
function received(...changes: readonly object[]): readonly LogRecord[] {
  const records = changes.map((change, index) => ({
    spooler,
    term: mine,
    seq: index + 1,
    change,
  }));
  const body = { kind: 'records', term: mine, after: { term: mine, seq: 0 }, records, mood: 'new' };
  const header = { generation: 1, node: 'm', boot: 1, connection: 0, seq: 1, zone: 'later' };
  const text = JSON.stringify({ v: 1, group: spooler, header, body });
  const message = decodeMessage(Buffer.from(text))?.message;
  assert.ok(message?.body.kind === 'records');
  return message.body.records;
}

describe('a record of a newer release', () => {
  test('comes through, with members and fields that nobody knows here', () => {
    assert.equal(received(made, unknown).length, 2);
  });

  test('ends what can be stored: all before it, and nothing behind', () => {
    const known = (...changes: readonly object[]) => {
      const { records, unknown: next } = storePart(received(...changes), 1_000);
      return [records.map(({ seq }) => seq), next?.seq];
    };
    assert.deepEqual(known(made, unknown, made), [[1], 2]);
    assert.deepEqual(known(unknown, made), [[], 1]);
    assert.deepEqual(known(made, made), [[1, 2], undefined]);
  });

  test('… and so do documents of many bytes, after the one that reaches the bound', () => {
    const document = { number: 1, name: '', format: 'x/y', sizeBytes: 600, digest: '' };
    const payload = { jobId: 'one', document, last: true, at };
    const added = { type: 'job.document-added', payload };
    const { records } = storePart(received(made, added, made, added, made, added), 1_000);
    assert.equal(records.length, 4);
    assert.equal(storePart(received(added, made), 10).records.length, 1);
  });

  test('is refused by the store itself, which stays as it was', async () => {
    const { store } = await openRig();
    const records = received(made, unknown);
    const after = { term: mine, seq: 0 };
    await assert.rejects(store.storeRecords({ spooler, after, records, documents: [] }));
    assert.deepEqual(await store.query('printers.all', { spooler }), []);
  });

  test('in a tail is listed for the administrator, and what is known beside it is taken', () => {
    const { changes, listed } = planHandOver({
      records: received(unknown),
      handedThrough: () => 0,
      job: () => undefined,
      policyOf: () => 'restart',
      marks: { at, message: '' },
    });
    const types = listed.map(({ change }): string => change.type);
    assert.deepEqual(types, ['printer.scented']);
    assert.ok(changes.every(({ type }) => type.startsWith('registry.')));
  });
});

describe('a standby that does not know what comes next', () => {
  test('says so with what it has stored', () => {
    const subject = standby();
    const records = [record(1, term(7))];
    subject.hear({ kind: 'records', term: term(7), after: { term: term(7), seq: 0 }, records });
    const [told] = sent(subject.feed({ kind: 'stored', records, blocked: true }), 'stored');
    assert.deepEqual([told?.end.seq, told?.blocked], [1, true]);
  });

  test('is asked at once to mark itself outdated, so that no commit waits for it', () => {
    const subject = ownerInStep();
    subject.feed({ kind: 'commit', id: 1 });
    subject.feed({ kind: 'appended', id: 1, end: { term: mine, seq: 1 } });
    assert.deepEqual(sent(subject.tick(), 'mark-outdated'), []);
    subject.hear({ kind: 'stored', term: mine, end: { term: mine, seq: 0 }, blocked: true });
    assert.equal(sent(subject.tick(), 'mark-outdated').length, 1);
    subject.hear({ kind: 'outdated', term: mine, epoch: 4 });
    assert.ok(kinds(persistAll(subject)).includes('commit-done'));
  });

  test('is not stepped with until it is updated', () => {
    const exposed = owner({ log: grown(owner().state.log, [record(1, mine)]) });
    const { stepping } = exposed.state;
    exposed.state = {
      ...exposed.state,
      stepping: { ...stepping, phase: 'exposed', durable: true, epoch: 2 },
    };
    const end = { term: mine, seq: 1 };
    exposed.hear({ kind: 'stored', term: mine, end, blocked: true });
    exposed.tick();
    assert.deepEqual(sent(persistAll(exposed), 'step'), []);
    assert.equal(exposed.state.stepping.phase, 'exposed');
    exposed.hear({ kind: 'stored', term: mine, end });
    exposed.tick();
    assert.equal(sent(persistAll(exposed), 'step').length, 1);
  });
});
