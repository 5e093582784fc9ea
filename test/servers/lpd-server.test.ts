// The LPD server: every octet that a client may trust, and what becomes of jobs that break off.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import { attribute, name } from '../../monitors/wire/ipp/values.ts';
import { settle } from '../world/clock.ts';
import { startServers, type Harness } from './harness.ts';
import { askIpp } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

const document = Buffer.from('a document');
const control = 'Hbox\nPann\nJReport\nldfA001box\nUdfA001box\nNreport.txt\n';

/** An LPD client that says one thing and reads one octet, again and again. */
class LpdClient {
  readonly wire: WireClient;
  #read = 0;

  constructor(wire: WireClient) {
    this.wire = wire;
  }

  static async to(servers: Harness): Promise<LpdClient> {
    return new LpdClient(await WireClient.to(servers.lpdPort));
  }

  /** The octet that answers. */
  async ask(...parts: readonly (string | Uint8Array)[]): Promise<number> {
    this.wire.send(...parts);
    return this.octet();
  }

  async octet(): Promise<number> {
    this.#read += 1;
    const received = await this.wire.bytes(this.#read);
    return received[this.#read - 1] ?? -1;
  }

  async controlFile(text: string): Promise<readonly number[]> {
    const announced = await this.ask(`\x02${Buffer.byteLength(text)} cfA001box\n`);
    return [announced, await this.ask(text, '\0')];
  }

  async dataFile(bytes: Uint8Array, name = 'dfA001box'): Promise<readonly number[]> {
    const announced = await this.ask(`\x03${bytes.length} ${name}\n`);
    return [announced, await this.ask(bytes, '\0')];
  }
}

async function receiving(servers: Harness, queue = 'office'): Promise<LpdClient> {
  const client = await LpdClient.to(servers);
  assert.equal(await client.ask(`\x02${queue}\n`), 0);
  return client;
}

async function words(servers: Harness, command: string): Promise<string> {
  const client = await WireClient.to(servers.lpdPort);
  client.send(command);
  await client.over();
  return client.received.toString();
}

async function print(servers: Harness, text = control): Promise<void> {
  const client = await receiving(servers);
  await client.controlFile(text);
  assert.deepEqual(await client.dataFile(document), [0, 0]);
  client.wire.finish();
  assert.equal(await client.wire.over(), 'closed');
}

describe('jobs by LPD', () => {
  test('come with the control file first, and say who sent what', async () => {
    await using servers = await startServers();
    const client = await receiving(servers, 'OFFICE');
    assert.deepEqual(await client.controlFile(`${control}ldfA001box\n`), [0, 0]);
    assert.deepEqual(await client.dataFile(document), [0, 0]);
    client.wire.finish();
    assert.equal(await client.wire.over(), 'closed');
    assert.ok(document.equals(servers.spooler.documents[0]?.bytes ?? Buffer.alloc(0)));
    assert.deepEqual(servers.spooler.requests, [
      {
        printerId: '00000000-0000-4000-9000-000000000001',
        name: 'Report',
        origin: { door: 'lpd', userName: 'ann', address: '127.0.0.1', authenticated: false },
        copies: 2,
        document: {
          name: 'report.txt',
          format: 'application/octet-stream',
          sizeBytes: document.length,
        },
      },
    ]);
  });

  test('come with the data first, as BSD’s do', async () => {
    await using servers = await startServers();
    const client = await receiving(servers);
    assert.deepEqual(await client.dataFile(document), [0, 0]);
    assert.equal((await servers.spooler.jobs.find(1))?.incoming, true);
    assert.deepEqual(await client.controlFile(control), [0, 0]);
    client.wire.finish();
    await client.wire.over();
    const job = await servers.spooler.jobs.find(1);
    assert.equal(job?.incoming, false);
    assert.equal(job?.state, 'pending');
    assert.partialDeepStrictEqual(servers.spooler.calls, [
      { what: 'change', changes: { name: 'Report', copies: 1 } },
    ]);
  });

  test('have as many documents as their control file names', async () => {
    await using servers = await startServers();
    const client = await receiving(servers);
    await client.controlFile('Hbox\nPann\nJBoth\nldfA001box\nldfB001box\n');
    assert.deepEqual(await client.dataFile(document), [0, 0]);
    assert.equal((await servers.spooler.jobs.find(1))?.incoming, true);
    assert.deepEqual(await client.dataFile(Buffer.from('two'), 'dfB001box'), [0, 0]);
    client.wire.finish();
    await client.wire.over();
    const job = await servers.spooler.jobs.find(1);
    assert.deepEqual([job?.incoming, job?.documents.length], [false, 2]);
  });

  test('the zero octet waits for the acceptance', async () => {
    await using servers = await startServers();
    const client = await receiving(servers);
    await client.controlFile(control);
    const gate = Promise.withResolvers<void>();
    servers.spooler.pace = () => gate.promise;
    let answered = false;
    const answer = client.dataFile(document).then((octets) => {
      answered = true;
      return octets;
    });
    await settle();
    assert.equal(answered, false);
    assert.equal(servers.spooler.documents.length, 0);
    gate.resolve();
    assert.deepEqual(await answer, [0, 0]);
    assert.equal(servers.spooler.documents.length, 1);
  });

  test('without a length end with the connection', async () => {
    await using servers = await startServers();
    for (const count of [0, 4_294_967_295, 125_899_906_843_000]) {
      const client = await receiving(servers);
      await client.controlFile(control);
      assert.equal(await client.ask(`\x03${count} dfA001box\n`), 0);
      client.wire.send(document).finish();
      assert.equal(await client.octet(), 0);
      assert.equal(await client.wire.over(), 'closed');
      const last = servers.spooler.documents.at(-1);
      assert.ok(document.equals(last?.bytes ?? Buffer.alloc(0)), String(count));
    }
    assert.equal(servers.spooler.documents.length, 3);
  });
});

describe('jobs by LPD that are not accepted', () => {
  test('a full spool is told before the data, and in the middle of it', async () => {
    await using servers = await startServers();
    const early = await receiving(servers);
    await early.controlFile(control);
    servers.spooler.refuseWith = 'spool-full';
    assert.equal(await early.ask(`\x03${document.length} dfA001box\n`), 1);
    assert.equal(await early.wire.over(), 'closed');
    servers.spooler.refuseAfterBytes = 1024 * 1024;
    const late = await receiving(servers);
    await late.controlFile(control);
    const large = Buffer.alloc(4 * 1024 * 1024);
    assert.equal(await late.ask(`\x03${large.length} dfA001box\n`), 0);
    await late.wire.pour(large);
    late.wire.send('\0');
    assert.equal(await late.octet(), 1);
    late.wire.finish();
    assert.equal(await late.wire.over(), 'closed');
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('no such queue, no such command, no such order', async () => {
    await using servers = await startServers();
    const refused = async (...parts: readonly string[]) => {
      const client = await LpdClient.to(servers);
      const octet = await client.ask(...parts);
      client.wire.finish();
      assert.equal(await client.wire.over(), 'closed');
      return octet;
    };
    assert.equal(await refused('\x02nobody\n'), 1);
    assert.equal(await refused('\x02../office\n'), 1);
    assert.equal(await refused('\x09office\n'), 1);
    assert.equal(await refused('GET / HTTP/1.1\n'), 1);
    assert.equal(await refused('x'.repeat(5_000)), 1);
    const twice = await receiving(servers);
    await twice.controlFile(control);
    assert.equal(await twice.ask('\x0210 cfA001box\n'), 1);
    const huge = await receiving(servers);
    assert.equal(await huge.ask('\x02999999 cfA001box\n'), 1);
    const traversal = await receiving(servers);
    assert.equal(await traversal.ask('\x0310 ../../etc/passwd\n'), 1);
    for (const client of [twice, huge, traversal]) client.wire.close();
    assert.deepEqual(servers.spooler.documents, []);
    assert.deepEqual(servers.faults, []);
  });

  test('a client that breaks off leaves nothing to print', async () => {
    await using servers = await startServers();
    const half = await receiving(servers);
    await half.controlFile(control);
    await half.ask('\x03100 dfA001box\n');
    half.wire.send('only a part').finish();
    assert.equal(await half.octet(), 1);
    assert.equal(servers.spooler.brokenUploads, 1);
    const headless = await receiving(servers);
    await headless.dataFile(document);
    headless.wire.finish();
    await headless.wire.over();
    assert.equal((await servers.spooler.jobs.find(1))?.state, 'canceled');
    const one = await receiving(servers);
    await one.controlFile('Pann\nldfA001box\nldfB001box\n');
    await one.dataFile(document);
    one.wire.reset();
    while ((await servers.spooler.jobs.find(2))?.state !== 'canceled') await settle();
    const aborted = await receiving(servers);
    await aborted.dataFile(document);
    assert.equal(await aborted.ask('\x01\n'), 0);
    assert.equal((await servers.spooler.jobs.find(3))?.state, 'canceled');
    aborted.wire.close();
    assert.deepEqual(servers.faults, []);
  });

  test('a document must end in a zero octet', async () => {
    await using servers = await startServers();
    const client = await receiving(servers);
    await client.controlFile(control);
    await client.ask('\x033 dfA001box\n');
    assert.equal(await client.ask('abcX'), 1);
    assert.deepEqual(servers.spooler.documents, []);
    client.wire.close();
  });

  test('where places are scarce, who has said nothing makes room', async () => {
    await using servers = await startServers({ lpd: { connectionsPerAddress: 2 } });
    const busy = await receiving(servers);
    const silent = await LpdClient.to(servers);
    await print(servers);
    assert.equal(await silent.wire.over(), 'reset');
    await busy.controlFile(control);
    assert.deepEqual(await busy.dataFile(document), [0, 0]);
    assert.equal(servers.spooler.documents.length, 2);
    assert.deepEqual(servers.faults, []);
    busy.wire.close();
  });

  test('a client that stops is reset after its time, others are served meanwhile', async () => {
    await using servers = await startServers();
    const stopped = await receiving(servers);
    await stopped.controlFile(control);
    await stopped.ask('\x03100 dfA001box\n');
    stopped.wire.send('half');
    const silent = await LpdClient.to(servers);
    await print(servers);
    await servers.clock.advance(serverLimits.lpd.idleTimeoutMs);
    assert.equal(await stopped.octet().catch(() => 1), 1);
    await silent.wire.over();
    assert.equal(servers.spooler.documents.length, 1);
    assert.deepEqual(servers.faults, []);
    stopped.wire.close();
  });
});

describe('queues by LPD', () => {
  test('names are not for everyone, unless the printer says so', async () => {
    await using servers = await startServers();
    await print(servers);
    const short = await words(servers, '\x03office\n');
    assert.match(short, /\n1st +private +1 +private +10 bytes\n/);
    const long = await words(servers, '\x04office\n');
    assert.match(long, /\nprivate: 1st +\[job 1\]\n/);
    assert.doesNotMatch(`${short}${long}`, /ann|Report|127/);
  });

  test('are shown short and long, for all or for some', async () => {
    await using servers = await startServers({ access: { jobsShownTo: 'all' } });
    await print(servers);
    await askIpp(servers.httpPort, {
      operation: 'Print-Job',
      user: 'bob',
      operationAttributes: [attribute('job-name', name('E\x1b[2Jvil'))],
      document,
    });
    servers.spooler.status = {
      state: 'stopped',
      reasons: ['media-empty-error'],
      message: 'Out of paper.',
      queuedJobCount: 2,
    };
    const short = await words(servers, '\x03office\n');
    assert.match(short, /^office is not ready\nOut of paper\.\nRank +Owner/);
    assert.match(short, /\n1st +ann +1 +Report +10 bytes\n/);
    assert.match(await words(servers, '\x04office\n'), /\nann: 1st +\[job 1 127\.0\.0\.1\]\n/);
    const bobs = await words(servers, '\x03office bob\n');
    assert.match(bobs, /bob +2 +E \[2Jvil/);
    assert.doesNotMatch(bobs, /ann/);
    assert.match(await words(servers, '\x03office 77\n'), /no entries\n$/);
    assert.equal(await words(servers, '\x03nobody\n'), '\x01');
  });

  test('give up a job to its owner, and to nobody else', async () => {
    await using servers = await startServers();
    await print(servers);
    await print(servers);
    const bob = await words(servers, '\x05office bob 1\n');
    assert.equal(bob, 'job 1: permission denied\n');
    assert.equal(await words(servers, '\x05office ann 2\n'), 'job 2 dequeued\n');
    assert.equal(await words(servers, '\x05office ann\n'), 'job 1 dequeued\n');
    assert.equal(await words(servers, '\x05office ann\n'), '');
    const states = await Promise.all([1, 2].map((number) => servers.spooler.jobs.find(number)));
    assert.deepEqual(
      states.map((job) => job?.state),
      ['canceled', 'canceled'],
    );
  });

  test('are acknowledged when a client wants them to print', async () => {
    await using servers = await startServers();
    assert.equal(await words(servers, '\x01office\n'), '\0');
  });
});
