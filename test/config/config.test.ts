// Configuration: what wins over what, and every mistake told with its place.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError, loadConfig } from '../../firmware/config/load.ts';
import { configRows } from '../../firmware/config/table.ts';
import { HalError } from '../../hal/errors.ts';

const noFile = new HalError('not-found', 'the file');

function load(
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly file?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly sets?: readonly string[];
  } = {},
) {
  const files = {
    async readFile(path: string) {
      const text = options.files?.[path];
      if (text === undefined) throw noFile;
      return new TextEncoder().encode(text);
    },
  };
  return loadConfig({
    files,
    file: options.file,
    environment: options.environment ?? {},
    sets: options.sets ?? [],
  });
}

async function problemsOf(options: Parameters<typeof load>[0]): Promise<readonly string[]> {
  const error = await load(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError);
  return error.problems;
}

const folder = '/var/lib/platen/platen.toml';

describe('configuration', () => {
  test('defaults alone are a whole configuration', async () => {
    const { values, origins } = await load();
    assert.equal(values['listen.http'], 8631);
    assert.equal(values['listen.raw'], 9100);
    assert.equal(values['data.folder'], '/var/lib/platen');
    assert.equal(origins.size, 0);
  });

  test('file, variable and --set win in this order', async () => {
    const files = { [folder]: '[listen]\nhttp = 1\nraw = 2\naddress = "127.0.0.1"\n' };
    const environment = { PLATEN_LISTEN_HTTP: '3', PLATEN_LISTEN_RAW: '4', HOME: '/' };
    const { values, origins } = await load({ files, environment, sets: ['listen.http=5'] });
    assert.equal(values['listen.address'], '127.0.0.1');
    assert.equal(values['listen.raw'], 4);
    assert.equal(values['listen.http'], 5);
    assert.equal(origins.get('listen.address'), `${folder}:4`);
    assert.equal(origins.get('listen.raw'), 'PLATEN_LISTEN_RAW');
    assert.equal(origins.get('listen.http'), '--set');
  });

  test('a folder named outside decides where the file is', async () => {
    const files = { '/d/platen.toml': 'listen.http = 7\n' };
    const { values } = await load({ files, sets: ['data.folder=/d'] });
    assert.equal(values['listen.http'], 7);
  });

  test('a named file may say where the data folder is', async () => {
    const files = { '/etc/platen.toml': '[data]\nfolder = "/d"\n' };
    const { values } = await load({ files, file: '/etc/platen.toml' });
    assert.equal(values['data.folder'], '/d');
  });

  test('the file inside the data folder may not', async () => {
    const [problem] = await problemsOf({ files: { [folder]: 'data.folder = "/d"' } });
    assert.match(problem ?? '', /platen\.toml:1: data\.folder can't stand in the file/);
  });

  test('a named file that is not there is a mistake', async () => {
    const [problem] = await problemsOf({ file: '/etc/platen.toml' });
    assert.match(problem ?? '', /does not exist/);
  });

  test('all mistakes are told at once, with place and nearest key', async () => {
    const problems = await problemsOf({
      files: { [folder]: '\n[listen]\nhtpp = 1\nraw = 99999\n[lsiten]\nhttp = 1\n' },
      environment: { PLATEN_LISTEN_HTPP: '1' },
      sets: ['log.level=loud', 'nonsense', 'log.levle=info'],
    });
    assert.equal(problems.length, 7);
    const all = problems.join('\n');
    assert.match(
      all,
      /platen\.toml:3: the key listen\.htpp is not known\. Did you mean "listen\.http"/,
    );
    assert.match(all, /platen\.toml:4: listen\.raw = 99999/);
    assert.match(
      all,
      /platen\.toml:6: the key lsiten\.http is not known\. Did you mean "listen\.http"/,
    );
    assert.match(all, /PLATEN_LISTEN_HTPP is not known\. Did you mean "PLATEN_LISTEN_HTTP"/);
    assert.match(all, /--set: log\.level = "loud"/);
    assert.match(all, /--set nonsense: write key=value/);
    assert.match(all, /--set: the key log\.levle is not known\. Did you mean "log\.level"/);
  });

  test('a file that is no TOML is told with its line', async () => {
    const [problem] = await problemsOf({ files: { [folder]: '[listen]\nhttp = = 1\n' } });
    assert.match(problem ?? '', /^\/var\/lib\/platen\/platen\.toml:2: /);
  });

  test('every key has a help, a default that fits, and a variable of its own', () => {
    for (const row of configRows) {
      assert.ok(row.help.endsWith('.'), row.key);
      assert.ok(row.schema.safeParse(row.default).success, row.key);
    }
    assert.equal(new Set(configRows.map((row) => row.variable)).size, configRows.length);
  });
});
