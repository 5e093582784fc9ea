// The HpColor example between two processes, with the names and values of Windows's documents: the
// server's appliance, and a client that connects to it.
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { certificate } from '../../firmware/api/schemas/certificate.ts';
import { connection } from '../../firmware/api/schemas/queue-file.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { addPrinter, runCommand } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { makeProfile } from '../queue-files/profile.ts';
import { type House, openHouse } from './house.ts';

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
