// Files of a queue: stored with their content, refused for what is wrong with them, gone with the
// printer; and the manifest that promises them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { queueFileLimits } from '../../firmware/limits/queue-file-limits.ts';
import { verifySigned } from '../../firmware/identity/signatures.ts';
import { queueFileContents } from '../../firmware/queue-files/all-contents.ts';
import { manifestSchema, signedBytes } from '../../firmware/queue-files/manifest.ts';
import { administrator } from '../spooler/bench.ts';
import { makeProfile, streamOf } from './profile.ts';
import { FilesRig, myClient } from './rig.ts';

const nonce = '00000000-0000-4000-8000-000000000000';
const profile = makeProfile('HP Color LaserJet');

describe('files of a queue', () => {
  test('a profile is kept under its digest and named in CopyFiles', async () => {
    const rig = await FilesRig.start();
    const put = await rig.put(profile, { directory: 'Color', module: 'Mscms.dll' });
    assert.ok(put.kind === 'done');
    assert.equal(put.file.title, 'HP Color LaserJet');
    assert.equal(put.file.type, 'application/vnd.iccprofile');
    const key = await rig.data.enumDataEx(rig.printerId, 'CopyFiles\\ICM', myClient);
    assert.ok(key.kind === 'done');
    assert.deepEqual(Object.fromEntries(key.values.map(({ name, value }) => [name, value.data])), {
      Directory: 'Color',
      Files: ['Hpclrlsr.icm'],
      Module: 'Mscms.dll',
      SourceDir: '\\\\NTPRINT\\PRINT$\\Color',
      TargetDir: 'Color',
    });
    assert.equal(key.call?.module, 'color');
    const opened = await rig.files.open(rig.printerId, {
      directory: 'color',
      name: 'HPCLRLSR.ICM',
    });
    assert.ok(opened.kind === 'open');
    assert.deepEqual(await opened.content.read(0, 10_000), profile);
  });

  test('the same content lies on the disk once, and goes when nobody names it', async () => {
    const rig = await FilesRig.start();
    await rig.put(profile);
    await rig.put(profile, { name: 'again.icm' });
    assert.equal((await rig.contents.list()).length, 1);
    const inUse = async () => {
      const used = await rig.bench.life.store.query('files.in-use', {});
      return new Set(used.map(({ digest }) => digest));
    };
    const remove = (name: string) =>
      rig.bench.during(rig.files.remove(rig.printerId, { directory: 'ICM', name }, administrator));
    assert.equal((await remove('again.icm')).kind, 'done');
    assert.deepEqual(await rig.contents.sweep(inUse), { removed: 0 });
    assert.equal((await remove('Hpclrlsr.icm')).kind, 'done');
    assert.deepEqual(await rig.contents.sweep(inUse), { removed: 1 });
    assert.ok(rig.unused >= 2);
    assert.deepEqual(await rig.data.enumKey(rig.printerId, 'CopyFiles'), {
      kind: 'done',
      keys: [],
    });
  });

  const refusedFiles: readonly (readonly [string, Uint8Array, object, RegExp])[] = [
    ['a path as a name', profile, { name: '../x.icm' }, /separator/],
    ['a device as a name', profile, { name: 'NUL.icm' }, /device/],
    ['a name that looks like another', profile, { name: 'a\u202eb.icm' }, /can not be seen/],
    ['a directory that leads out', profile, { directory: '../..' }, /leads out/],
    ['an absolute directory', profile, { directory: '/etc' }, /absolute/],
    ['an unknown module', profile, { module: 'evil.dll' }, /no copy-file module/],
    ['a profile that is none', Buffer.from('no profile at all'), {}, /no ICC profile/],
    ['a driver that is none', profile, { name: 'x.zip' }, /no \.zip file/],
    ['strings that are no text', Uint8Array.of(0xff, 0xfe), { name: 'de.strings' }, /UTF-8/],
  ];
  for (const [what, bytes, wanted, why] of refusedFiles) {
    test(`${what} is refused, and nothing of it stays`, async () => {
      const rig = await FilesRig.start();
      const put = await rig.put(bytes, wanted);
      assert.ok(put.kind === 'refused');
      assert.equal(put.code, 'file-refused');
      assert.match(put.message, why);
      assert.deepEqual(await rig.contents.list(), []);
      assert.deepEqual(await rig.files.list(rig.printerId), []);
    });
  }

  test('only an administrator may', async () => {
    const rig = await FilesRig.start();
    const put = await rig.put(profile, {}, { kind: 'user', name: 'o', role: 'operator' });
    assert.equal(put.kind === 'refused' && put.code, 'forbidden');
  });

  test('two files that a client takes for one are refused', async () => {
    const rig = await FilesRig.start();
    await rig.put(profile, { directory: 'Color' });
    const other = await rig.put(profile, { component: 'Other', directory: 'COLOR', name: 'b.icm' });
    assert.match(other.kind === 'refused' ? other.message : '', /there as Color/);
    const same = await rig.put(profile, {
      component: 'Other',
      directory: 'Color',
      name: 'HPCLRLSR.icm',
    });
    assert.match(same.kind === 'refused' ? same.message : '', /belongs to ICM/);
    const elsewhere = await rig.put(profile, { name: 'b.icm', directory: 'Elsewhere' });
    assert.match(elsewhere.kind === 'refused' ? elsewhere.message : '', /one directory/);
  });

  test('a file of 10 GiB is refused before a byte, and while it comes', async () => {
    const rig = await FilesRig.start();
    const announced = await rig.put(Uint8Array.of(), { sizeBytes: 10 * 2 ** 30 });
    assert.equal(announced.kind === 'refused' && announced.code, 'too-large');
    const chunk = new Uint8Array(1024 * 1024);
    let pulled = 0;
    async function* endless() {
      for (;;) {
        pulled += 1;
        yield chunk;
      }
    }
    const limitBytes = 4 * 1024 * 1024;
    const received = await rig.contents.receive(endless(), { limitBytes });
    assert.equal(received.kind === 'refused' && received.code, 'too-large');
    assert.ok(pulled <= 6, `${pulled} chunks`);
    assert.deepEqual(await rig.contents.list(), []);
    assert.ok(queueFileLimits.fileBytes < 10 * 2 ** 30);
  });

  test('an upload that breaks off leaves nothing; one of the wrong length neither', async () => {
    const rig = await FilesRig.start();
    async function* breaking() {
      yield profile;
      throw new Error('the client went');
    }
    const wanted = { name: 'a.icm', component: 'ICM' };
    await assert.rejects(
      rig.bench.during(rig.files.put(rig.printerId, breaking(), wanted, administrator)),
      /client went/,
    );
    const short = await rig.put(profile, { sizeBytes: profile.length + 1 });
    assert.equal(short.kind === 'refused' && short.code, 'document-incomplete');
    const { files } = rig.disk.mount();
    assert.deepEqual(await files.list('/files'), []);
  });

  test('what an interrupted upload left is tidied at the next start', async () => {
    const rig = new FilesRig();
    const { files } = rig.disk.mount();
    await rig.contents.prepare();
    await (await files.open('/files/arriving-1', 'create')).close();
    await rig.contents.prepare();
    assert.deepEqual(await files.list('/files'), []);
  });

  test('content on its way to a record is not swept', async () => {
    const rig = await FilesRig.start();
    const received = await rig.contents.receive(streamOf(profile), {});
    assert.ok(received.kind === 'received');
    const nobody = async () => new Set<string>();
    assert.deepEqual(await rig.contents.sweep(nobody), { removed: 0 });
    received.release();
    assert.deepEqual(await rig.contents.sweep(nobody), { removed: 1 });
  });

  test('everything goes with the printer', async () => {
    const rig = await FilesRig.start();
    await rig.put(profile);
    const { printers } = rig.bench.spooler;
    await rig.bench.during(printers.remove(rig.printerId, { cancelJobs: false }, administrator));
    const used = await rig.bench.life.store.query('files.in-use', {});
    assert.deepEqual(used, []);
  });

  test('a restart finds files, data and change number', async () => {
    const rig = await FilesRig.start();
    await rig.put(profile);
    const before = await rig.data.changes(rig.printerId);
    rig.bench.powerCut();
    await rig.bench.boot();
    assert.deepEqual(await rig.data.changes(rig.printerId), before);
    assert.equal((await rig.files.list(rig.printerId)).length, 1);
  });
});

describe('the manifest', () => {
  test('names every key and file, with what the module was asked, and is signed', async () => {
    const rig = await FilesRig.start();
    await rig.put(profile, { directory: 'Color', module: 'Mscms.dll' });
    const value = { type: 'string', data: 'on' } as const;
    const set = rig.data.setDataEx(
      rig.printerId,
      'PrinterDriverData',
      'Duplex',
      value,
      administrator,
    );
    assert.equal((await rig.bench.during(set)).kind, 'done');
    const made = await rig.files.manifest(rig.printerId, { client: myClient, nonce });
    assert.ok(made.kind === 'manifest');
    const { manifest: text, signature, publicKey } = made.body;
    const bytes = (base64: string) => Buffer.from(base64, 'base64');
    assert.ok(verifySigned(bytes(publicKey), signedBytes(text), bytes(signature)));
    assert.ok(!verifySigned(bytes(publicKey), signedBytes(`${text} `), bytes(signature)));
    const manifest = manifestSchema.parse(JSON.parse(text));
    assert.deepEqual(
      manifest.keys.map(({ key }) => key),
      ['', 'CopyFiles', 'CopyFiles\\ICM', 'PrinterDriverData'],
    );
    assert.equal(manifest.nonce, nonce);
    assert.equal(manifest.changeNumber, 2);
    const call = manifest.keys.find(({ key }) => key === 'CopyFiles\\ICM')?.call;
    assert.deepEqual(call?.call, {
      printerName: 'HpColor',
      directory: 'Color',
      clientInfo: myClient,
      level: 1,
      source: { path: '\\\\NTPRINT\\PRINT$\\Color', sizeCharacters: 260 },
      target: { path: 'Color', sizeCharacters: 260 },
      flags: 'COPYFILE_FLAG_SERVER_SPOOLER',
    });
    assert.equal(call?.status, 'ERROR_SUCCESS');
  });
});

describe('connections', () => {
  test('are recorded once for each client, listed, told, and taken away', async () => {
    const rig = await FilesRig.start();
    const who = { client: 'MyClient', user: 'anna', address: '192.0.2.9' };
    const connect = () => rig.bench.during(rig.files.connect(rig.printerId, who));
    const first = await connect();
    const second = await connect();
    assert.ok(first.kind === 'done' && second.kind === 'done');
    assert.equal(first.connection.id, second.connection.id);
    const [only, ...others] = await rig.files.connections(rig.printerId);
    assert.deepEqual(
      [only?.client, only?.user, only?.address, others],
      [...Object.values(who), []],
    );
    const gone = rig.files.disconnect(rig.printerId, first.connection.id);
    assert.equal((await rig.bench.during(gone)).kind, 'done');
    assert.deepEqual(await rig.files.connections(rig.printerId), []);
    const again = await rig.bench.during(rig.files.disconnect(rig.printerId, first.connection.id));
    assert.equal(again.kind === 'refused' && again.code, 'connection-not-found');
    const told = rig.bench.life.events.flatMap(({ facts }) => facts['printerEvents'] ?? []);
    assert.deepEqual(told, ['INITIALIZE', 'ADD_CONNECTION', 'DELETE_CONNECTION']);
  });

  test('a client without a name is refused', async () => {
    const rig = await FilesRig.start();
    const who = { client: 'a\nb', user: 'x', address: '192.0.2.9' };
    const answer = await rig.bench.during(rig.files.connect(rig.printerId, who));
    assert.equal(answer.kind === 'refused' && answer.code, 'bad-request');
  });
});

describe('backups', () => {
  test('get every content once, by its digest', async () => {
    const rig = await FilesRig.start();
    await rig.put(profile);
    await rig.put(profile, { name: 'again.icm' });
    await rig.put(Buffer.from('^XA^XZ'), { name: 'a.zpl', component: 'Labels' });
    const { contents, bench } = rig;
    const found: string[] = [];
    for await (const each of queueFileContents({ contents, store: bench.life.store }, 'local')) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of each.read()) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      assert.equal(bytes.length, each.sizeBytes);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), each.name);
      found.push(each.name);
    }
    assert.equal(found.length, 2);
  });
});
