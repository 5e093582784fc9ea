// What an image is made of: its partitions, its list of parts, and the way in that its tests add.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { readProvision } from '../../firmware/provision/read.ts';
import { layout } from '../../tools/image/contract.ts';
import { places } from '../../tools/image/disk.ts';
import { filesOf } from '../../tools/image/debian-files.ts';
import { licencesOf, npmComponents, ships } from '../../tools/image/sbom.ts';
import { imageTargets } from '../../tools/image/targets.ts';
import { environmentOf } from '../../tools/image/u-boot.ts';
import { atEnd } from '../at-end.ts';

const image = (path: string) =>
  fileURLToPath(new URL(`../../tools/image/${path}`, import.meta.url));
const units = image('root/etc/systemd/system');

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-image-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('partitions lie one behind the other, and both slots are alike', () => {
  let endMib: number = layout.alignMib;
  for (const { startMib, sizeMib } of places) {
    assert.equal(startMib, endMib);
    endMib += sizeMib;
  }
  assert.equal(places[1]?.sizeMib, places[2]?.sizeMib);
  assert.equal(places.length, 4);
});

test('a machine that was never booted says so', () => {
  const pi = imageTargets.find(({ name }) => name === 'raspberry-pi');
  assert.match(pi?.caution ?? '', /never booted/);
  assert.deepEqual(pi?.components, ['main', 'non-free-firmware']);
});

describe('the list of parts', () => {
  test('has the licences of Debian’s form, each once', async (t) => {
    const path = join(await folderOf(t), 'copyright');
    await writeFile(
      path,
      'Files: *\nLicense: GPL-2+\n text\n\nFiles: a\nLicense: MIT\n\nLicense: MIT\n',
    );
    assert.deepEqual(await licencesOf(path), ['GPL-2+', 'MIT']);
  });

  test('of a package without that form says nothing that is not known', async (t) => {
    const folder = await folderOf(t);
    assert.deepEqual(await licencesOf(join(folder, 'none')), []);
    const path = join(folder, 'copyright');
    await writeFile(path, 'This is free software.\n');
    assert.deepEqual(await licencesOf(path), []);
  });

  test('of an older form has what it points to, else what it names', async (t) => {
    const path = join(await folderOf(t), 'copyright');
    await writeFile(
      path,
      'see /usr/share/common-licenses/GPL-2. or\n/usr/share/common-licenses/GPL-2',
    );
    assert.deepEqual(await licencesOf(path), ['GPL-2']);
    await writeFile(
      path,
      'It is under the GNU Lesser General Public\nLicense, version 2.1 (or later).',
    );
    assert.deepEqual(await licencesOf(path), ['LGPL-2.1']);
  });

  test('has no package of which the root has nothing but its licence', async (t) => {
    const tree = await folderOf(t);
    const files = filesOf(
      [
        'drwxr-xr-x root/root         0 2022-09-20 15:27 ./bin/',
        '-rwxr-xr-x root/root     72344 2022-09-20 15:27 ./bin/ls',
        'lrwxrwxrwx root/root         0 2022-09-20 15:27 ./lib/x.so -> x.so.1',
        'hrwxr-xr-x root/root         0 2022-09-20 15:27 ./usr/bin/b link to ./usr/bin/a',
        '-rw-r--r-- root/root        12 2022-09-20 15:27 ./usr/share/doc/ls/copyright',
        '',
      ].join('\n'),
    );
    const paths = ['usr/bin/ls', 'usr/lib/x.so', 'usr/bin/b', 'usr/share/doc/ls/copyright'];
    assert.deepEqual(files, paths);
    await mkdir(join(tree, 'usr/share/doc/ls'), { recursive: true });
    await writeFile(join(tree, 'usr/share/doc/ls/copyright'), '');
    assert.equal(await ships(tree, files), false);
    await mkdir(join(tree, 'usr/lib'));
    await symlink('x.so.1', join(tree, 'usr/lib/x.so'));
    assert.equal(await ships(tree, files), true);
  });
});

test('of npm’s packages the list has those that are there, and ship', async (t) => {
  const folder = await folderOf(t);
  const packages = {
    '': {},
    'node_modules/mqtt': { version: '5.0.0', license: 'MIT' },
    'node_modules/@usb/linux': { version: '3.0.0', optional: true },
    'node_modules/@usb/darwin': { version: '3.0.0', optional: true },
    'node_modules/@types/node': { version: '26.0.0' },
    'node_modules/esbuild': { version: '1.0.0', dev: true },
  };
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
  for (const name of ['mqtt', '@usb/linux', '@types/node', 'esbuild']) {
    await mkdir(join(folder, 'node_modules', name), { recursive: true });
  }
  const found = await npmComponents(folder);
  assert.deepEqual(
    found.map(({ purl, licenses }) => [purl, licenses.map(({ license }) => license.name)]),
    [
      ['pkg:npm/mqtt@5.0.0', ['MIT']],
      ['pkg:npm/%40usb/linux@3.0.0', []],
    ],
  );
});

test('the provision.toml that an image carries takes nothing by itself', async () => {
  const read = readProvision(await readFile(image('provision.example.toml')));
  assert.equal(read.kind, 'read');
  assert.equal(read.provision.administrator, undefined);
  assert.equal(read.provision.peer, undefined);
});

test('U-Boot is told to try the card first, and to wait for nobody; else it is as it was', () => {
  const defaults = ['baudrate=1', 'bootdelay=2', 'preboot=usb start', 'boot_targets=usb0 virtio0 '];
  const last = 'distro_bootcmd=for target in ${boot_targets}; do run bootcmd_${target}; done';
  const text = ['no variable', ...defaults, last, '', 'x=y'].join('\0');
  const environment = environmentOf(Buffer.from(`\x7f\0${text}`, 'latin1'));
  const data = environment.subarray(4);
  assert.equal(environment.readUInt32LE(), crc32(data));
  const variables = data.toString('latin1').replace(/\0+$/, '').split('\0');
  assert.deepEqual(variables, ['baudrate=1', 'bootdelay=0', 'boot_targets=virtio0', last]);
  assert.throws(() => environmentOf(Buffer.from('bootdelay=2\0')), /no list/);
});

test('the first program has the line before which the tests add their shell', async () => {
  const init = await readFile(image('early/init'), 'utf8');
  assert.match(init, /^for each in proc sys dev run; do mount --move/m);
  await promisify(execFile)('sh', ['-n', image('early/init')]);
});

test('at a stop the supervisor alone is told: a second signal means at once', async () => {
  const unit = await readFile(join(units, 'platen.service'), 'utf8');
  assert.match(unit, /^KillMode=mixed$/m);
});

test('what is plugged in later may be used: a module not yet loaded has no name', async () => {
  const unit = await readFile(join(units, 'platen.service'), 'utf8');
  const allowed = [...unit.matchAll(/^DeviceAllow=char-(\S+)/gm)].map(([, name = '']) => name);
  // The watchdog's number is another at each start, and it is opened at the start alone.
  const named = allowed.filter((name) => !/^\d+$/.test(name));
  assert.deepEqual(named, ['watchdog']);
  for (const major of ['6', '99', '166', '180', '188', '189']) {
    assert.ok(allowed.includes(major), `${major} of the kernel's devices.txt`);
  }
});

test('no unit of ours is exposed by 3 or more, as systemd itself counts', async (t) => {
  const names = ['', '-box', '-data', '-light', '-network', '-provision', '-set-up-code'];
  for (const name of names) {
    const file = join(units, `platen${name}.service`);
    const { stdout } = await promisify(execFile)('systemd-analyze', [
      'security',
      '--offline=yes',
      '--no-pager',
      '--threshold=29',
      file,
    ]);
    const exposure = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    t.diagnostic(`platen${name}.service ${exposure ?? '?'}`);
    assert.ok(Number(exposure) < 3, stdout);
  }
});
