// Backup and restore over a simulated disk: what comes back, what is refused before anything is
// touched, and power cuts at every step of the exchange.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { completeRestore } from '../../firmware/backup/at-start.ts';
import { type BackupsOptions, createBackups } from '../../firmware/backup/backups.ts';
import type { BackupFile, DeclaredGroup } from '../../firmware/backup/contract.ts';
import { writeEntries } from '../../firmware/backup/entries.ts';
import { restorePlaces } from '../../firmware/backup/places.ts';
import { seal } from '../../firmware/backup/sealed.ts';
import { defaultPolicy } from '../../firmware/cluster/group-definition.ts';
import { refused } from '../../firmware/errors/codes.ts';
import { openCertificates } from '../../firmware/identity/certificates.ts';
import { openIdentity } from '../../firmware/identity/identity.ts';
import type { Files } from '../../hal/contract.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { at, openRig, places, printer, type Rig, term, unit } from '../store/rig.ts';
import { VirtualClock } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { SeededRandom } from '../world/random.ts';

const passphrase = 'correct horse';
const cost = { memoryKib: 8, passes: 1, parallelism: 1 } as const;
const data = {
  path: places.data,
  identity: `${places.data}/identity.json`,
  certificates: `${places.data}/certificates`,
};
const configText = Buffer.from('[log]\nlevel = "warn"\n');

interface Box {
  readonly disk: SimulatedDisk;
  readonly rig: Rig;
  readonly nodeId: string;
  readonly options: BackupsOptions;
  readonly started: string[];
}

/** A box with a printer of this name, a port of a monitor, and a user. */
async function makeBox(seed: number, name: string, more: Partial<BackupsOptions> = {}) {
  const disk = new SimulatedDisk({ seed });
  const rig = await openRig({ disk, seed });
  const { files, store } = rig;
  const random = new SeededRandom(seed);
  const { nodeId } = await openIdentity({ files, random, path: data.identity });
  const clock = new VirtualClock();
  const certificates = await openCertificates({ files, random, clock, folder: data.certificates });
  await certificates.ensure('node', [`${name}.local`]);
  await files.replaceFile(`${data.path}/platen.toml`, configText);
  const path = ['Users', name];
  await store.commit(
    unit(
      { type: 'printer.created', payload: { printer: printer(random.uuid(), name) } },
      { type: 'registry.key-created', payload: { path } },
      {
        type: 'registry.values-set',
        payload: { path, values: [{ name: 'Role', value: { type: 'string', data: 'viewer' } }] },
      },
      { type: 'registry.key-created', payload: { path: ['Groups', 'g1'] } },
    ),
  );
  const started: string[] = [];
  const spooler = new FakeSpooler({ printers: [name] });
  const options: BackupsOptions = {
    files,
    places: data,
    store,
    certificates,
    clock,
    random,
    version: '1.2.3',
    nodeId,
    hostName: () => `host-${name}`,
    declaredGroups: async () => [],
    queueFiles: noFiles,
    directory: { all: () => [Object.assign(spooler, { id: 'local' })] },
    isPaired: () => false,
    refuseGroupPort: async () => undefined,
    shutDoor: () => () => undefined,
    startAnew: (why) => void started.push(why),
    cost,
    ...more,
  };
  return { disk, rig, nodeId, options, started } satisfies Box;
}

async function* noFiles(): AsyncGenerator<BackupFile> {}

async function made(options: BackupsOptions): Promise<Buffer> {
  const answer = await createBackups(options).make(passphrase);
  assert.ok(answer.kind === 'made');
  return whole(answer.bytes);
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Everything of the data folder that a restore may exchange, as text. */
async function contents(
  files: Files,
  path: string = data.path,
): Promise<ReadonlyMap<string, string>> {
  const all = new Map<string, string>();
  for (const { name, kind } of await files.list(path)) {
    const inner = `${path}/${name}`;
    if (kind === 'directory')
      for (const [at2, text] of await contents(files, inner)) all.set(at2, text);
    else all.set(inner, Buffer.from(await files.readFile(inner, 2 ** 26)).toString('latin1'));
  }
  return all;
}

async function restored({ disk, rig }: Box): Promise<Rig> {
  await rig.store.close();
  assert.equal(await completeRestore(disk.mount(), data.path), true);
  return openRig({ disk, seed: 9 });
}

async function printerNames({ store }: Rig): Promise<readonly string[]> {
  return (await store.query('printers.all', { spooler: 'local' })).map(({ name }) => name);
}

describe('backup and restore', () => {
  test('a new box becomes the old one: identity, keys, settings, users, printers', async () => {
    const old = await makeBox(1, 'labels');
    const file = await made(old.options);
    const box = await makeBox(2, 'other');
    const backups = createBackups(box.options);
    assert.deepEqual(await backups.take(once(file)), { kind: 'taken', sizeBytes: file.length });
    const checked = await backups.check(passphrase);
    assert.ok(checked.kind === 'sound');
    assert.deepEqual(checked.summary.printers, ['labels']);
    assert.equal(checked.summary.hostName, 'host-labels');
    const answer = await backups.restore(passphrase, { discardJobs: false });
    assert.equal(answer.kind, 'sound');
    assert.deepEqual(box.started, ['a backup is restored']);
    // Until it starts anew, nothing has changed.
    assert.deepEqual(await printerNames(box.rig), ['other']);
    const rig = await restored(box);
    assert.deepEqual(await printerNames(rig), ['labels']);
    const { nodeId } = await openIdentity({
      files: rig.files,
      random: new SeededRandom(3),
      path: data.identity,
    });
    assert.equal(nodeId, old.nodeId);
    const has = (path: readonly string[]) =>
      rig.store.query('registry.has-key', { spooler: 'local', path });
    assert.equal(await has(['Users', 'labels']), true);
    assert.equal(await has(['Users', 'other']), false);
    // The pair's book comes from the peer alone.
    assert.equal(await has(['Groups']), false);
    const before = restorePlaces(data.path).before;
    const kept = (await rig.files.list(before)).map(({ name }) => name);
    assert.ok(kept.includes('identity.json') && kept.includes('keepsake.json'));
    assert.equal((await rig.store.query('store.rebuilt', {}))?.restored, true);
  });

  test('numbers that only grow go on from here', async () => {
    const old = await makeBox(1, 'labels');
    const file = await made(old.options);
    await old.rig.store.commit({ ...unit(), events: [event(), event()] });
    const last = await old.rig.store.query('events.last', {});
    const backups = createBackups(old.options);
    await backups.take(once(file));
    await backups.restore(passphrase, { discardJobs: false });
    const rig = await restored(old);
    const outcome = await rig.store.commit({ ...unit(), term, events: [event()] });
    assert.ok(outcome.kind === 'committed');
    assert.ok((outcome.events[0]?.id ?? 0) > last);
  });

  test('files of queues come along, whatever their size', async () => {
    const big = Buffer.from(new SeededRandom(5).bytes(300_000));
    const name = createHash('sha256').update(big).digest('hex');
    const old = await makeBox(1, 'labels', {
      async *queueFiles() {
        yield { name, sizeBytes: big.length, read: () => once(big) };
      },
    });
    const box = await makeBox(2, 'other');
    const backups = createBackups(box.options);
    await backups.take(once(await made(old.options)));
    const answer = await backups.restore(passphrase, { discardJobs: false });
    assert.ok(answer.kind === 'sound');
    assert.equal(answer.summary.files, 1);
    const rig = await restored(box);
    const kept = await rig.files.readFile(`${data.path}/files/${name}`, 2 ** 20);
    assert.ok(big.equals(kept));
  });

  test('power cut at any step: the next start completes what is whole', async () => {
    const file = await made((await makeBox(1, 'labels')).options);
    let cuts = 0;
    for (let operations = 1; ; operations += 4) {
      const box = await makeBox(2, 'other');
      const backups = createBackups(box.options);
      await backups.take(once(file));
      await backups.restore(passphrase, { discardJobs: false });
      await box.rig.store.close();
      box.disk.cutAfter(operations);
      const done = await completeRestore(box.disk.mount(), data.path).catch(() => undefined);
      box.disk.powerCut();
      await completeRestore(box.disk.mount(), data.path);
      const rig = await openRig({ disk: box.disk, seed: 9 });
      assert.deepEqual(await printerNames(rig), ['labels'], `cut after ${operations}`);
      await rig.store.close();
      if (done === true) break;
      cuts += 1;
    }
    assert.ok(cuts > 15, `${cuts} cuts`);
  });
});

describe('a restore is refused, and nothing is touched', () => {
  const refusedBy = async (
    file: Uint8Array,
    more: Partial<BackupsOptions> = {},
    word = passphrase,
  ): Promise<string> => {
    const box = await makeBox(2, 'other', more);
    const backups = createBackups(box.options);
    await backups.take(once(file));
    const before = await contents(box.rig.files);
    const answer = await backups.restore(word, { discardJobs: false });
    assert.deepEqual(box.started, []);
    const after = await contents(box.rig.files);
    for (const [path, text] of before) assert.equal(after.get(path), text, path);
    assert.ok(answer.kind === 'refused');
    await box.rig.store.close();
    assert.equal(await completeRestore(box.disk.mount(), data.path), false);
    return `${answer.code}: ${answer.message}`;
  };
  const handMade = (rows: Readonly<Record<string, unknown>>): Promise<Buffer> =>
    whole(
      seal(
        writeEntries(
          (async function* () {
            for (const [name, value] of Object.entries(rows)) {
              const bytes = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
              yield { name, sizeBytes: bytes.length, bytes: [bytes] };
            }
          })(),
        ),
        { passphrase, random: new SeededRandom(1), cost },
      ),
    );
  const nodeId = '11111111-1111-4111-8111-111111111111';
  const manifest = { format: 1, version: '1', nodeId, hostName: 'h', madeAt: at };
  const own = { spooler: 'local', jobNumbersBelow: 1, keys: [], values: [] };
  const keepsake = { version: 1, spoolers: [own], printers: [] };

  test('by a wrong passphrase, a broken file, or none', async () => {
    const file = await made((await makeBox(1, 'labels')).options);
    assert.match(await refusedBy(file, {}, 'wrong horse battery'), /^backup-passphrase/);
    assert.match(await refusedBy(file.subarray(0, file.length - 9)), /^backup-damaged/);
    const { options } = await makeBox(2, 'other');
    const none = await createBackups(options).restore(passphrase, { discardJobs: false });
    assert.ok(none.kind === 'refused' && none.code === 'backup-missing');
  });

  test('while paired, and while jobs wait', async () => {
    const file = await made((await makeBox(1, 'labels')).options);
    assert.match(await refusedBy(file, { isPaired: () => true }), /^backup-refused: .*paired/);
    const busy = new FakeSpooler({ printers: ['other'] });
    busy.status = { state: 'idle', reasons: ['none'], message: '', queuedJobCount: 3 };
    const directory = { all: () => [Object.assign(busy, { id: 'local' })] };
    assert.match(await refusedBy(file, { directory }), /^backup-refused: 3 jobs wait here/);
  });

  test('for a job that came while the file was read; and the door opens again', async () => {
    const file = await made((await makeBox(1, 'labels')).options);
    const busy = new FakeSpooler({ printers: ['other'] });
    const doors: string[] = [];
    const box = await makeBox(2, 'other', {
      directory: { all: () => [Object.assign(busy, { id: 'local' })] },
      shutDoor: () => {
        doors.push('shut');
        busy.status = { state: 'idle', reasons: ['none'], message: '', queuedJobCount: 1 };
        return () => void doors.push('open');
      },
    });
    const backups = createBackups(box.options);
    await backups.take(once(file));
    const answer = await backups.restore(passphrase, { discardJobs: false });
    assert.ok(answer.kind === 'refused');
    assert.match(answer.message, /^1 job waits here.*--discard-jobs/);
    assert.deepEqual([doors, box.started], [['shut', 'open'], []]);
    const left = await contents(box.rig.files, restorePlaces(data.path).root);
    assert.deepEqual([...left.keys()], [restorePlaces(data.path).upload], 'keys lie about');
    assert.equal((await backups.restore(passphrase, { discardJobs: true })).kind, 'sound');
    assert.deepEqual(doors, ['shut', 'open', 'shut']);
  });

  test('by a disk that may keep its marker: the door stays shut until the next start', async () => {
    const file = await made((await makeBox(1, 'labels')).options);
    const doors: string[] = [];
    const shutDoor = () => {
      doors.push('shut');
      return () => void doors.push('open');
    };
    const box = await makeBox(2, 'other', { shutDoor });
    const { files } = box.options;
    const { marker } = restorePlaces(data.path);
    const failing = {
      replaceFile: (path: string, bytes: Uint8Array) =>
        path === marker ? Promise.reject(new Error('EIO')) : files.replaceFile(path, bytes),
      remove: (path: string) =>
        path === marker ? Promise.reject(new Error('EIO')) : files.remove(path),
    };
    const backups = createBackups({ ...box.options, files: { ...files, ...failing } });
    await backups.take(once(file));
    await assert.rejects(backups.restore(passphrase, { discardJobs: false }));
    assert.deepEqual(doors, ['shut']);
  });

  test('of another file, once one is restored and the start has yet to come', async () => {
    const file = await made((await makeBox(1, 'labels')).options);
    const box = await makeBox(2, 'other');
    const backups = createBackups(box.options);
    await backups.take(once(file));
    await backups.restore(passphrase, { discardJobs: false });
    const late = await backups.take(once(Buffer.from('x')));
    assert.ok(late.kind === 'refused' && late.code === 'busy');
    assert.deepEqual(await printerNames(await restored(box)), ['labels']);
  });

  test('for a local port in a group, by the group’s own rule', async () => {
    const group: DeclaredGroup = {
      definition: {
        id: nodeId,
        name: 'accounts',
        addresses: [],
        spoolers: ['s'],
        preferredOwner: undefined,
        policy: defaultPolicy,
      },
      ports: [{ name: 'usb1', monitor: 'usb', settings: { device: 'usb://x' } }],
      printers: [],
    };
    const old = await makeBox(1, 'labels', { declaredGroups: async () => [group] });
    const why = await refusedBy(await made(old.options), {
      refuseGroupPort: async ({ name, monitor }, into) =>
        monitor === 'usb'
          ? refused('not-clusterable', `"${name}" can't be in "${into}"`)
          : undefined,
    });
    assert.equal(why, `backup-refused: "usb1" can't be in "accounts"`);
  });

  const cases: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, RegExp]>> = {
    'a name that leads out': [
      { 'manifest.json': manifest, 'files/../identity.json': 'x' },
      /^backup-damaged: .*no such entry/,
    ],
    'a file that is another one': [
      { 'manifest.json': manifest, [`files/${'0'.repeat(64)}`]: 'x' },
      /^backup-damaged: .*another file/,
    ],
    'a name of the system': [
      { 'manifest.json': manifest, '/etc/passwd': 'x' },
      /^backup-damaged: .*no such entry/,
    ],
    'another form': [{ 'manifest.json': { ...manifest, format: 2 } }, /^backup-damaged: manifest/],
    'no manifest first': [{ 'keepsake.json': keepsake }, /^backup-damaged: keepsake/],
    'no identity': [
      { 'manifest.json': manifest, 'keepsake.json': keepsake },
      /^backup-damaged: .*identity or registry is missing/,
    ],
    'an identity that is none': [
      { 'manifest.json': manifest, 'identity.json': '{"nodeKey":"geheim"}' },
      /^backup-damaged: identity.json of the backup is damaged: its keys can not be read.$/,
    ],
    'a configuration with which nothing starts': [
      { 'manifest.json': manifest, 'platen.toml': '[listen]\nhtp = 1\n' },
      /^backup-refused: .*listen.htp is not known. Did you mean "listen.http"/,
    ],
    'a data folder of its own': [
      { 'manifest.json': manifest, 'platen.toml': 'data.folder = "/x"\n' },
      /^backup-refused: .*data.folder/,
    ],
    'groups in the registry': [
      {
        'manifest.json': manifest,
        'keepsake.json': { ...keepsake, spoolers: [{ ...own, keys: [['groups', 'g']] }] },
      },
      /^backup-refused: .*groups into the registry/,
    ],
    'another spooler': [
      {
        'manifest.json': manifest,
        'keepsake.json': { ...keepsake, spoolers: [{ ...own, spooler: nodeId }] },
      },
      /^backup-damaged: .*another registry/,
    ],
    'a key that is a path': [
      {
        'manifest.json': manifest,
        'keepsake.json': { ...keepsake, spoolers: [{ ...own, keys: [['a\\b']] }] },
      },
      /^backup-damaged: /,
    ],
    'a printer of a name that is none': [
      {
        'manifest.json': manifest,
        'keepsake.json': { ...keepsake, printers: [{ ...printer(nodeId, 'a/b') }] },
      },
      /^backup-refused: a printer can not be called/,
    ],
    'a printer twice': [
      {
        'manifest.json': manifest,
        'keepsake.json': { ...keepsake, printers: [printer(nodeId, 'a'), printer(nodeId, 'b')] },
      },
      /^backup-damaged: .*twice/,
    ],
  };
  for (const [name, [rows, expected]] of Object.entries(cases)) {
    test(`for ${name}`, async () => {
      assert.match(await refusedBy(await handMade(rows)), expected);
    });
  }

  test('a short passphrase makes no backup', async () => {
    const { options } = await makeBox(1, 'labels');
    const answer = await createBackups(options).make('short');
    assert.ok(answer.kind === 'refused' && answer.code === 'bad-request');
  });
});

function event() {
  return { type: 'appliance-started', at, spooler: 'local', facts: {} } as const;
}
