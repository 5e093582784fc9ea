// Connecting, looking again and leaving, with an honest server.
import assert from 'node:assert/strict';
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { folderNames, parseQueueAddress, uriOf } from '../../firmware/client/address.ts';
import { refusalOf } from '../../firmware/client/session.ts';
import { stepLine } from '../../firmware/client/steps.ts';
import { HalError } from '../../hal/errors.ts';
import type { Folder, Folders } from '../../hal/folders.ts';
import { digestOf, startClient } from './rig.ts';

const profile = { name: 'a.icm', bytes: Buffer.from('a') };

describe('a connection', () => {
  test('is one at a time: who comes second is told, and who leaves makes room', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile];
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    rig.server.answer = (_request, response) => {
      asked.resolve();
      void go.promise.then(() => rig.server.send(response, profile.bytes));
      return true;
    };
    const first = rig.connect();
    await asked.promise;
    const inUse = { fault: 'in-use', message: /just now; try again/ };
    await assert.rejects(rig.connect(), inUse);
    await assert.rejects(rig.connect({ refresh: true }), inUse);
    await assert.rejects(rig.disconnect(), inUse);
    // It changes nothing, and may look.
    await rig.connect({ dryRun: true });
    go.resolve();
    await first;
    assert.deepEqual(await rig.files(), ['Color/', `Color/a.icm ${digestOf(profile.bytes)}`]);
    rig.server.answer = () => false;
    await rig.disconnect();
    await rig.connect();
  });

  test('that was left between opening and locking its folder is made anew', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile];
    let locks = 0;
    /** Root, server, connection: the third is what is locked. */
    const opened = (folder: Folder, depth: number): Folder => ({
      ...folder,
      folder: async (...words) => {
        const below = await folder.folder(...words);
        return depth === 2 ? below : opened(below, depth + 1);
      },
      async tryLock(name) {
        locks += 1;
        // With its parent, as whoever leaves does.
        if (locks === 1) await rm(dirname(rig.home), { recursive: true });
        return folder.tryLock(name);
      },
    });
    const { folders: real } = rig.parts;
    const folders: Folders = { open: async (...words) => opened(await real.open(...words), 0) };
    Object.assign(rig.parts, { folders });
    await rig.connect();
    assert.equal(locks, 2);
    assert.deepEqual(await rig.files(), ['Color/', `Color/a.icm ${digestOf(profile.bytes)}`]);
  });

  test('nothing is downloaded again that is there, touched or not', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile, { name: 'b.icm', bytes: Buffer.from('b') }];
    const first = await rig.connect();
    assert.equal(first.downloadedBytes, 2);
    assert.equal((await rig.connect({ refresh: true, pin: undefined })).downloadedBytes, 0);
    const path = join(rig.home, 'files/Color/a.icm');
    await utimes(path, 1, 1);
    assert.equal((await rig.connect()).downloadedBytes, 0);
    await writeFile(path, 'changed');
    const mended = await rig.connect();
    assert.deepEqual(
      mended.files.map(({ path: name, state }) => `${name} ${state}`),
      ['Color/a.icm changed', 'Color/b.icm unchanged'],
    );
    assert.equal(mended.downloadedBytes, 1);
  });

  test('what the server has no more goes, and strangers stay', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [
      profile,
      { name: 'b', bytes: Buffer.from('b'), component: 'B', directory: 'B' },
    ];
    await rig.connect();
    await writeFile(join(rig.home, 'files/Color/mine.txt'), 'mine');
    rig.server.promised = [profile];
    assert.deepEqual((await rig.connect()).removed, ['B/b']);
    assert.deepEqual(
      (await rig.files()).map((line) => line.split(' ')[0]),
      ['Color/', 'Color/a.icm', 'Color/mine.txt'],
    );
    await rig.disconnect();
    assert.deepEqual(await rig.files(), [
      'Color/',
      `Color/mine.txt ${digestOf(Buffer.from('mine'))}`,
    ]);
  });

  test('two files of one content are both there', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile, { ...profile, name: 'b.icm' }];
    await rig.connect();
    assert.equal((await rig.files()).length, 3);
  });

  test('no file that came can be executed', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [{ name: 'setup.exe', bytes: Buffer.from('MZ') }];
    await rig.connect();
    const { mode } = await stat(join(rig.home, 'files/Color/setup.exe'));
    assert.equal(mode & 0o111, 0);
  });

  test('a dry run says what would be done, and does nothing', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile];
    await rig.connect({ dryRun: true });
    assert.deepEqual(await readdir(rig.root), []);
    assert.deepEqual(
      rig.server.requests.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`),
      ['GET manifest'],
    );
    assert.ok(
      rig.steps.some(({ step, file }) => step === 'would download' && file === 'Color/a.icm'),
    );
  });

  test('looking again without a connection is refused; so is leaving', async (t) => {
    const rig = await startClient(t);
    await assert.rejects(rig.connect({ refresh: true }), /not-connected|no connection/);
    await assert.rejects(rig.disconnect(), /no connection/);
    assert.deepEqual(await readdir(rig.root), []);
  });

  test('leaving works without the server, and takes everything along', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile];
    await rig.connect();
    await rig.server.stop();
    const gone = await rig.disconnect();
    assert.match(gone.serverProblem ?? '', /Nobody answers/);
    assert.deepEqual(await readdir(rig.root), []);
    const events = rig.steps.flatMap(({ event }) => event ?? []);
    assert.deepEqual(events.slice(-3), [
      'CACHE_DELETE',
      'DELETE_CONNECTION',
      'DELETE_PRINTER_CONNECTION',
    ]);
  });

  test('the folder of a connection that is damaged is told', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [profile];
    await rig.connect();
    await writeFile(join(rig.home, 'state/connection.json'), 'x');
    await assert.rejects(rig.connect(), /is damaged/);
    await rm(rig.home, { recursive: true });
    await rig.connect();
  });
});

describe('the CUPS queue', () => {
  async function withCups(t: Parameters<typeof startClient>[0], answers: Record<string, string>) {
    const rig = await startClient(t);
    rig.server.promised = [profile];
    const ran: string[] = [];
    const run = async (program: string, args: readonly string[]) => {
      const line = [program, ...args].join(' ');
      ran.push(line);
      const found = Object.entries(answers).find(([start]) => line.startsWith(start));
      if (found?.[1] === 'fail' || line.includes('-m everywhere')) {
        throw new HalError('other', program, { detail: 'no' });
      }
      return found?.[1] ?? '';
    };
    return { rig: { ...rig, parts: Object.assign(rig.parts, { run }) }, ran };
  }
  const running = { 'lpstat -r': 'scheduler is running' };

  test('is made, raw where the printer says too little, and removed', async (t) => {
    const { rig, ran } = await withCups(t, running);
    const { cupsQueue } = await rig.connect();
    assert.equal(cupsQueue, 'HpColor');
    const uri = `ipps://127.0.0.1:${rig.server.port}/ipp/print/HpColor`;
    assert.equal(ran.at(-1), `lpadmin -p HpColor -E -v ${uri} -D HpColor -m raw`);
    await rig.disconnect();
    assert.equal(ran.at(-1), 'lpadmin -x HpColor');
  });

  test('of somebody else is left alone', async (t) => {
    const { rig } = await withCups(t, {
      ...running,
      'lpstat -v': 'device for HpColor: socket://10.0.0.1\n',
    });
    assert.equal((await rig.connect()).cupsQueue, 'HpColor-127.0.0.1');
  });

  test('is left out without CUPS, and where it is not wanted', async (t) => {
    const { rig, ran } = await withCups(t, { 'lpstat -r': 'scheduler is not running' });
    assert.equal((await rig.connect()).cupsQueue, undefined);
    assert.deepEqual(ran, ['lpstat -r']);
    assert.equal((await rig.connect({ cups: false })).cupsQueue, undefined);
    assert.equal(ran.length, 1);
  });
});

describe('addresses and lines', () => {
  test('a queue is named as people and IPP do', () => {
    const address = { host: 'box', port: 8643, printer: 'Büro 2' };
    for (const uri of ['ipps://box/printers/B%C3%BCro%202', 'https://box/ipp/print/Büro 2']) {
      assert.deepEqual(parseQueueAddress(uri), address, uri);
    }
    assert.equal(uriOf(address), 'ipps://box:8643/ipp/print/B%C3%BCro%202');
    const six = parseQueueAddress('ipps://[fd00::1]:631/printers/x');
    assert.deepEqual(six, { host: 'fd00::1', port: 631, printer: 'x' });
    for (const wrong of [
      'box',
      'ipp://box/printers/x',
      'ipps://box/x',
      'ipps://a@b/printers/x',
      'ipps://box/printers/a%2Fb',
      'ipps://box/printers/%',
    ]) {
      assert.equal(parseQueueAddress(wrong), undefined, wrong);
    }
  });

  test('no server or printer names a folder elsewhere', () => {
    for (const printer of ['..', '.', 'a*b', '...', 'x:y']) {
      for (const name of folderNames({ host: '..', port: 1, printer })) {
        assert.match(name, /^[^./*:][^/*:]*$/, printer);
      }
    }
  });

  test('whoever mistypes a printer is not told that it was there', () => {
    const answer = { title: '', detail: 'x', code: 'printer-not-found' };
    assert.match(refusalOf(404, answer).message, /no such printer: mind its spelling/);
  });

  test('a step is one line', () => {
    const line = stepLine({ step: 'x', a: 'plain', b: 'two words', c: { d: 1 } });
    assert.equal(line, 'x a=plain b="two words" c={"d":1}');
  });
});
