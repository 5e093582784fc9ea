// A group's files on both nodes of a pair: replicated with their records, and after a failover the
// client finds the same files, digests and signature key.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createDocumentFetcher } from '../../firmware/cluster/host/fetch.ts';
import { openCertificates } from '../../firmware/identity/certificates.ts';
import { createPeerFiles, servePeerFiles } from '../../firmware/groups/peer-files.ts';
import type { PeerChannel, PeerHandler } from '../../firmware/pair/contract.ts';
import { createPrinterData } from '../../firmware/printer-data/printer-data.ts';
import type { Printer } from '../../firmware/printers/printer.ts';
import { createFileContents } from '../../firmware/queue-files/contents.ts';
import { createQueueFiles } from '../../firmware/queue-files/queue-files.ts';
import { createQueueReading } from '../../firmware/queue-files/reading.ts';
import { noAuthentication } from '../../firmware/servers/authentication.ts';
import { createFileRoutes } from '../../firmware/servers/files/routes.ts';
import { createHttpServer } from '../../firmware/servers/http/server.ts';
import type { Term } from '../../firmware/store/contract.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { administrator } from '../spooler/bench.ts';
import { openRig } from '../store/rig.ts';
import { startClientAt } from '../client/rig.ts';
import { SeededRandom } from '../world/random.ts';
import { makeProfile, streamOf } from './profile.ts';
import { atEnd } from '../at-end.ts';

const group = 'group-1';
const { clock } = createLinuxHal({ wallTrusted: () => false });
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** One node of the pair, with the rooms that it has while it owns the group. */
async function openNode(seed: number, counter: number) {
  const { files, store, spool } = await openRig({ seed });
  const random = new SeededRandom(seed);
  const contents = createFileContents({ files, random, directory: '/files' });
  await contents.prepare();
  const certificates = await openCertificates({ files, random, clock, folder: '/certificates' });
  const fake = new FakeSpooler({ printers: ['HpColor'] });
  const [found] = await fake.printers.list();
  assert.ok(found !== undefined);
  const printer: Printer = { ...found, spooler: group };
  const term: Term = { generation: 1, counter, node: `node-${seed}` };
  const commit = (changes: readonly Change[]) => store.commit({ spooler: group, term, changes });
  const reading = createQueueReading(group, store);
  const shared = { commit, reading, clock, printerById: () => printer };
  const networkName = () => 'accounts';
  const data = createPrinterData({ ...shared, spooler: group, store, networkName, log });
  fake.files = createQueueFiles({
    ...shared,
    contents,
    random,
    data,
    networkName,
    signer: () => certificates.signer(group),
    onUnused: () => undefined,
  });
  const serve = async (t: TestContext, port: number) => {
    const server = createHttpServer({
      listen: [],
      tls: {
        listen: [{ address: '127.0.0.1', port }],
        source: { credentials: () => certificates.current(group) },
      },
      routes: createFileRoutes({
        directory: { byAddress: () => fake },
        authentication: noAuthentication,
      }),
      clock,
      log,
    });
    await server.start();
    const stop = () => server.stop(AbortSignal.abort());
    atEnd(t, stop);
    return { stop, port: server.addresses()[0]?.port ?? 0 };
  };
  return { store, spool, contents, certificates, commit, printer, files: fake.files, serve };
}

type Node = Awaited<ReturnType<typeof openNode>>;

/** The peer channel of the standby, which leads straight to the owner's handlers. */
function channelTo(owner: Node): PeerChannel {
  const handlers = new Map<string, PeerHandler>();
  const channel: PeerChannel = {
    connected: true,
    onConnected: () => () => undefined,
    serve(service, handler) {
      handlers.set(service, handler);
      return () => void handlers.delete(service);
    },
    async request({ service, head, signal }) {
      const answer = await handlers.get(service)?.({ head, body: streamOf(), signal });
      assert.ok(answer !== undefined);
      return { head: answer.head, body: answer.body ?? streamOf() };
    },
  };
  servePeerFiles({ channel, contents: owner.contents, clock });
  return channel;
}

/** What the standby's host does with a batch of records. */
async function replicate(owner: Node, standby: Node, channel = channelTo(owner)): Promise<void> {
  const fetcher = createDocumentFetcher({
    spooler: group,
    store: standby.store,
    spool: standby.spool,
    peer: { fetch: async () => 'gone', snapshot: async () => 'gone' },
    files: createPeerFiles({ channel, contents: standby.contents, clock }),
    clock,
  });
  const end = (await standby.store.logEnds()).find(({ spooler }) => spooler === group);
  const records = await owner.store.readLog(group, (end?.seq ?? 0) + 1, 1_000);
  const first = records[0];
  if (first === undefined) return;
  const fetched = await fetcher.documentsOf(records.map(({ change }) => change));
  const after = { term: end?.term ?? first.term, seq: end?.seq ?? 0 };
  await standby.store.storeRecords({
    spooler: group,
    after,
    records,
    documents: fetched.documents,
  });
  fetched.keep();
}

async function openPair() {
  const [a, b] = [await openNode(1, 1), await openNode(2, 2)];
  await a.commit([{ type: 'printer.created', payload: { printer: a.printer } }]);
  await a.certificates.ensure(group, ['accounts.local']);
  return [a, b] as const;
}

const put = (node: Node, name: string, bytes: Uint8Array) =>
  node.files.put(
    node.printer.id,
    streamOf(bytes),
    { name, component: 'ICM', directory: 'Color' },
    administrator,
  );

describe('files of a group', () => {
  test('after a failover the client finds the same files, digests and signature key', async (t) => {
    const [a, b] = await openPair();
    await put(a, 'one.icm', makeProfile('One'));
    await put(a, 'two.icm', makeProfile('Two'));
    await replicate(a, b);
    const exported = a.certificates.exportOwner(group);
    assert.ok(exported !== undefined);
    await b.certificates.importOwner(group, exported);

    const first = await a.serve(t, 0);
    const pin = a.certificates.facts(group)?.pin;
    const client = await startClientAt(t, first.port, pin);
    const before = await client.connect();
    assert.equal(before.files.length, 2);
    const files = await client.files();
    await first.stop();

    await b.serve(t, first.port);
    const after = await client.connect({ refresh: true, pin: undefined });
    assert.equal(after.signatureKey, before.signatureKey);
    assert.equal(after.serverKey, before.serverKey);
    assert.equal(after.downloadedBytes, 0);
    assert.deepEqual(
      after.files.map(({ path, digest, state }) => [path, digest, state]),
      before.files.map(({ path, digest }) => [path, digest, 'unchanged']),
    );
    assert.deepEqual(await client.files(), files);

    // And all of it comes from the new owner where it is wanted anew.
    const another = await startClientAt(t, first.port, pin);
    await another.connect();
    assert.deepEqual(await another.files(), files);
  });

  test('contents are on the standby before their record, and come once', async () => {
    const [a, b] = await openPair();
    await put(a, 'one.icm', makeProfile('One'));
    const channel = channelTo(a);
    let requests = 0;
    const counting: PeerChannel = {
      ...channel,
      request: (call) => {
        requests += 1;
        return channel.request(call);
      },
    };
    await replicate(a, b, counting);
    assert.deepEqual(await b.contents.list(), await a.contents.list());
    await put(a, 'again.icm', makeProfile('One'));
    await replicate(a, b, counting);
    assert.equal(requests, 1);
  });

  test('a record whose content can not be had, or is another, is not stored', async () => {
    const [a, b] = await openPair();
    await put(a, 'one.icm', makeProfile('One'));
    const channel = channelTo(a);
    const broken: PeerChannel = {
      ...channel,
      request: async () => ({ head: { kind: 'file' }, body: streamOf(Buffer.from('other')) }),
    };
    await assert.rejects(replicate(a, b, broken), /announced/);
    const sameLength: PeerChannel = {
      ...channel,
      request: async () => ({
        head: { kind: 'file' },
        body: streamOf(new Uint8Array(makeProfile('One').length)),
      }),
    };
    await assert.rejects(replicate(a, b, sameLength), /instead of/);
    assert.deepEqual(await b.store.logEnds(), []);
    await replicate(a, b, channel);
    assert.equal((await b.contents.list()).length, 1);
  });

  test('an offered content is there before its record', async () => {
    const [a, b] = await openPair();
    await put(a, 'one.icm', makeProfile('One'));
    const [digest] = await a.contents.list();
    assert.ok(digest !== undefined);
    // Both ends of one channel: the offer goes to the standby, which asks the owner for the bytes.
    const channel = channelTo(a);
    const handlers = new Map<string, PeerHandler>();
    servePeerFiles({
      channel: {
        ...channel,
        serve: (service, handler) => {
          handlers.set(service, handler);
          return () => undefined;
        },
      },
      contents: b.contents,
      clock,
    });
    const toStandby: PeerChannel = {
      ...channel,
      request: async ({ service, head, signal }) => {
        const answer = await handlers.get(service)?.({ head, body: streamOf(), signal });
        assert.ok(answer !== undefined);
        return { head: answer.head, body: streamOf() };
      },
    };
    const owner = createPeerFiles({ channel: toStandby, contents: a.contents, clock });
    await owner.offer(group, { digest, sizeBytes: makeProfile('One').length });
    assert.deepEqual(await b.contents.list(), [digest]);
  });
});
