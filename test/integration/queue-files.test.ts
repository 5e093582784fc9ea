// The HpColor example between two processes, with the names and values of Windows's documents: the
// server's appliance, and a client that connects to it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { certificate } from '../../firmware/api/schemas/certificate.ts';
import { connection } from '../../firmware/api/schemas/queue-file.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { cupsd } from '../../tools/bench/peers/cupsd.ts';
import { addPrinter, type Platen, runCommand, whenReceived } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { makeProfile } from '../queue-files/profile.ts';
import { type House, openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

const connected = z.object({
  folder: z.string(),
  signatureKey: z.string(),
  downloadedBytes: z.number(),
  files: z.array(z.object({ path: z.string(), digest: z.string(), state: z.string() })),
  steps: z.array(z.looseObject({ step: z.string() })),
});

const freePorts = ['listen.http=0', 'listen.lpd=0', 'listen.raw=0'];

async function startNtPrint(t: TestContext) {
  const house = await openHouse(t);
  const platen = await house.serve([...freePorts, 'discovery.name=NTPRINT']);
  await addPrinter(platen, 'HpColor', house.emulator);
  const { pin } = await house.api().get('/certificates/node', certificate);
  const port = await securePort(house);
  const uri = `ipps://127.0.0.1:${port}/printers/HpColor`;
  const folder = join(house.folder, 'client');
  const client = async (...words: readonly string[]) =>
    await runCommand(platenFromSources, [...words, '--folder', folder]);
  return { house, platen, pin, uri, folder, client };
}

async function securePort(house: House): Promise<number> {
  const { addresses } = await house.api().get('/system', appliance);
  return Number(new URL(addresses.find(({ what }) => what === 'https')?.address ?? '').port);
}

describe('a client of HpColor on NTPRINT', () => {
  test('gets the profile, step by step as the documents say', async (t) => {
    const { house, platen, pin, uri, client } = await startNtPrint(t);
    const profile = makeProfile('HP Color LaserJet');
    const source = join(house.folder, 'Hpclrlsr.icm');
    await writeFile(source, profile);
    const kept = ['--component', 'ICM', '--directory', 'Color', '--module', 'Mscms.dll'];
    await platen.run('file', 'add', 'HpColor', source, ...kept);

    const asked = ['connect', uri, '--no-cups', '--client', 'MyClient', '--json'];
    const answer = connected.parse(JSON.parse(await client(...asked, '--pin', pin)));
    const color = join(answer.folder, 'files', 'Color');
    assert.deepEqual(await readFile(join(color, 'Hpclrlsr.icm')), Buffer.from(profile));
    assert.equal(answer.signatureKey, pin);

    const unc = '\\\\NTPRINT\\HpColor';
    const share = '\\\\NTPRINT\\PRINT$\\Color';
    assert.deepEqual(
      answer.steps.map(({ step, side, event, key }) => {
        const more = side ?? event ?? key;
        return typeof more === 'string' ? `${step} ${more}` : step;
      }),
      [
        'manifest',
        'driver files',
        'EnumPrinterKey ',
        'EnumPrinterDataEx ',
        'EnumPrinterKey CopyFiles',
        'EnumPrinterDataEx CopyFiles',
        'EnumPrinterKey CopyFiles\\ICM',
        'GenerateCopyFilePaths server',
        'EnumPrinterDataEx CopyFiles\\ICM',
        'cache keys',
        'GenerateCopyFilePaths client',
        'module',
        'download',
        'event',
        'SpoolerCopyFileEvent FILES_CHANGED',
        'module says',
        'printer event CACHE_REFRESH',
        'printer event ADD_CONNECTION',
        'SpoolerCopyFileEvent ADD_PRINTER_CONNECTION',
      ],
    );
    const stepOf = (step: string, side?: string) =>
      answer.steps.find((each) => each.step === step && each['side'] === side);
    assert.partialDeepStrictEqual(stepOf('GenerateCopyFilePaths', 'server'), {
      printerName: 'HpColor',
      directory: 'Color',
      level: 1,
      source: { path: share },
      target: { path: 'Color' },
      flags: 'COPYFILE_FLAG_SERVER_SPOOLER',
      result: 'ERROR_SUCCESS',
    });
    assert.partialDeepStrictEqual(stepOf('GenerateCopyFilePaths', 'client'), {
      printerName: unc,
      directory: 'Color',
      clientInfo: { machineName: 'MyClient' },
      level: 1,
      source: { path: share },
      target: { path: color },
      flags: 'COPYFILE_FLAG_CLIENT_SPOOLER',
      result: 'ERROR_SUCCESS',
    });
    assert.partialDeepStrictEqual(answer.steps.filter(({ key }) => key === 'CopyFiles\\ICM')[1], {
      values: {
        Directory: 'Color',
        Files: ['Hpclrlsr.icm'],
        Module: 'Mscms.dll',
        SourceDir: share,
        TargetDir: 'Color',
      },
    });
    assert.equal(stepOf('module')?.['how'], 'module color: built in');

    const who = z.object({ items: z.array(connection) });
    const { items } = await house.api().get('/printers/HpColor/connections', who);
    assert.equal(items[0]?.client, 'MyClient');

    const again = connected.parse(JSON.parse(await client(...asked, '--refresh')));
    assert.equal(again.downloadedBytes, 0);
    assert.deepEqual(
      again.files.map(({ state }) => state),
      ['unchanged'],
    );

    await client('disconnect', uri);
    assert.deepEqual(await readdir(join(house.folder, 'client')), []);
    const left = await house.api().get('/printers/HpColor/connections', who);
    assert.deepEqual(left.items, []);
  });
});

describe('others at HpColor', () => {
  test('ipptool shows every attribute, and CUPS takes the queue and prints', async (t) => {
    const { house, platen, pin, uri, folder } = await startNtPrint(t);
    const { client, content } = await keepFiles(house, platen);
    const ipp = `ipp://127.0.0.1:${platen.port}/ipp/print/HpColor`;
    const suite = '/usr/share/cups/ipptool/get-printer-attributes.test';
    const shown = await run('ipptool', ['-tv', ipp, suite]);
    const root = `http://localhost:${platen.port}/ipp/files/HpColor/content/`;
    for (const line of [
      'printer-icc-profiles (collection) = {profile-name=HP Color LaserJet ' +
        `profile-uri=${root}Color/Hpclrlsr.icm}`,
      `printer-driver-installer (uri) = ${root}Driver/driver.zip`,
      `printer-strings-uri (uri) = ${root}Words/en.strings`,
      'printer-strings-languages-supported (1setOf naturalLanguage) = en,pt,de',
      `printer-static-resource-directory-uri (uri) = ${root}`,
      'printer-config-change-time (integer) = ',
      'printer-config-change-date-time ',
    ]) {
      assert.ok(shown.includes(line), `${line}\n${shown}`);
    }
    const fetched = await fetch(`${root.replace('localhost', '127.0.0.1')}Color/Hpclrlsr.icm`);
    assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), Buffer.from(content));

    await mkdir(join(house.folder, 'cups'));
    await chmod(house.folder, 0o755);
    const sinkPort = house.emulator.port;
    const cups = await cupsd.start({
      folder: join(house.folder, 'cups'),
      sinkPort,
      paused: false,
    });
    atEnd(t, () => cups.stop());
    const server = `CUPS_SERVER=127.0.0.1:${cups.port}`;
    const words = ['connect', uri, '--pin', pin, '--folder', folder];
    const said = await runCommand(['env', server, ...platenFromSources], words);
    assert.match(said, /CUPS queue +HpColor\n/);
    const document = Buffer.from('a document that CUPS sends');
    await writeFile(join(house.folder, 'document'), document);
    const at = ['-h', `127.0.0.1:${cups.port}`];
    await run('lp', [...at, '-d', 'HpColor', '-o', 'raw', join(house.folder, 'document')]);
    const came = await whenReceived(house.emulator, (all) =>
      all.find((one) => document.equals(one)),
    );
    assert.ok(came !== undefined);
    await runCommand(
      ['env', server, ...platenFromSources],
      ['disconnect', uri, '--folder', folder],
    );
    assert.doesNotMatch(await run('lpstat', [...at, '-v']).catch(String), /HpColor/);
    assert.equal(client, 5);
  });
});

/** A profile, a driver, and words in two languages; resolves with how many files that are. */
async function keepFiles(house: House, platen: Platen) {
  const content = makeProfile('HP Color LaserJet');
  const files: readonly (readonly [string, string, Uint8Array])[] = [
    ['Hpclrlsr.icm', 'Color', content],
    ['driver.zip', 'Driver', Buffer.from('PK\x03\x04')],
    ['en.strings', 'Words', Buffer.from('"a" = "b";')],
    ['de.strings', 'Words', Buffer.from('"a" = "c";')],
    ['label.zpl', 'Labels', Buffer.from('^XA^XZ')],
  ];
  for (const [name, component, bytes] of files) {
    const path = join(house.folder, name);
    await writeFile(path, bytes);
    await platen.run('file', 'add', 'HpColor', path, '--component', component);
  }
  return { content, client: files.length };
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C.UTF-8' };
    execFile(program, [...args], { timeout: 60_000, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
    });
  });
}
