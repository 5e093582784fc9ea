// The image's helpers, run as they are in a mount namespace with a /run of its own; the programs of
// systemd that they call are stand-ins that note it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atEnd } from '../at-end.ts';

const helpers = fileURLToPath(new URL('../../tools/image/root/usr/lib/platen', import.meta.url));
const units = fileURLToPath(new URL('../../tools/image/root/etc/systemd/system', import.meta.url));

/** Runs a script of shell where /run is empty, and `$helpers` and `$noted` are set. */
async function inside(t: TestContext, script: string) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-helpers-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const noted = join(folder, 'noted');
  await writeFile(noted, '');
  for (const name of ['networkctl', 'systemctl']) {
    const path = join(folder, name);
    const text = `#!/bin/sh\necho "${name} $*" >>"${noted}"\n[ ! -f /run/${name}-fails ]\n`;
    await writeFile(path, text, { mode: 0o755 });
  }
  const env = { ...process.env, helpers, noted, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const words = ['--mount', '--uts', 'sh', '-euc', `mount -t tmpfs run /run\n${script}`];
  const { stdout } = await promisify(execFile)('unshare', words, { env });
  return { said: stdout.trim().split('\n'), noted: (await readFile(noted, 'latin1')).trim() };
}

const request = `
mkdir -p /run/platen /run/platen-network/wanted
cd /run/platen-network/wanted && mkdir -p network resolved.conf.d timesyncd.conf.d
ask() { echo "$1" >/run/platen-network/request; "$helpers/apply-network" || :; cat ../answer; }
`;

describe('the network helper', () => {
  test('a start that sets nothing starts nothing anew', async (t) => {
    const { said, noted } = await inside(t, `${request}\nask one`);
    assert.deepEqual([said, noted], [['one done'], '']);
  });

  test('starts anew what has other files than before, and that alone', async (t) => {
    const { said, noted } = await inside(
      t,
      `${request}
echo NTP=a >timesyncd.conf.d/10-platen.conf
ask one; ask two
rm timesyncd.conf.d/10-platen.conf
echo x >network/10-platen-end0.network
echo box-7 >hostname
ask three; hostname
cd /run/systemd && echo network/* timesyncd.conf.d/*`,
    );
    assert.deepEqual(said.slice(0, 4), ['one done', 'two done', 'three done', 'box-7']);
    assert.equal(said.at(-1), 'network/10-platen-end0.network timesyncd.conf.d/*');
    assert.deepEqual(noted.split('\n'), [
      'systemctl try-restart systemd-timesyncd',
      'networkctl reload',
      'systemctl try-restart systemd-timesyncd',
    ]);
  });

  test('after a failure the same settings are brought again', async (t) => {
    const { said, noted } = await inside(
      t,
      `${request}
echo x >network/10-platen-end0.network
: >/run/networkctl-fails; ask one; rm /run/networkctl-fails; ask two`,
    );
    assert.deepEqual(said, ['one systemd-networkd did not take the files', 'two done']);
    assert.equal(noted.split('\n').filter((line) => line === 'networkctl reload').length, 2);
  });

  test('a time zone that is not there is refused', async (t) => {
    const { said } = await inside(t, `${request}\necho Mars/Base >timezone; ask one`);
    assert.deepEqual(said, ['one there is no time zone Mars/Base']);
  });
});

describe('a request', () => {
  test('is taken away before it is done: one that comes meanwhile is another', async (t) => {
    const { said } = await inside(
      t,
      `${request}\nask one; ls ..; "$helpers/apply-network" || :; ls ..`,
    );
    assert.deepEqual(said, ['one done', 'answer', 'wanted', 'answer', 'wanted']);
    for (const name of ['box', 'network']) {
      const unit = await readFile(join(units, `platen-${name}.path`), 'utf8');
      // PathChanged tells of nothing that happens while the helper runs.
      assert.match(unit, new RegExp(`^PathExists=/run/platen-${name}/request$`, 'm'));
      assert.doesNotMatch(unit, /^PathChanged=/m);
    }
  });
});

test('what is wrong with the data partition can be read by the appliance', async (t) => {
  const { said } = await inside(
    t,
    `umask 077
mkdir -p /run/platen
printf 'disk=/run/disk\nprefix=/run/disk\n' >/run/platen/disk
"$helpers/check-data" 2>/dev/null || stat -c %a /run/platen/data-problem
cat /run/platen/data-problem`,
  );
  assert.deepEqual(said, ['644', 'the data partition is missing: write the card anew']);
});

test('a set-up code that is used while it is written goes from the card too', async (t) => {
  const { said } = await inside(
    t,
    `mkdir -p /run/platen/boot /run/platen/provision /run/bin
printf 'disk=/run/disk\nprefix=/run/disk\n' >/run/platen/disk
: >/run/platen/boot-was-read
code=platen-set-up-code.txt
echo K7QM >/run/platen/provision/$code
printf '#!/bin/sh\n' >/run/bin/mount
# Somebody sets the box up while the card is let go.
printf '#!/bin/sh\nls /run/platen/boot\nrm -f /run/platen/provision/*\n' >/run/bin/umount
chmod +x /run/bin/*
PATH=/run/bin:$PATH "$helpers/boot-files" write
echo "left: $(ls /run/platen/boot)"`,
  );
  assert.deepEqual(said, ['platen-set-up-code.txt', 'left:']);
});

describe('the helper for the box itself', () => {
  const box = `
mkdir -p /run/platen /run/platen-box
printf 'disk=/run/disk\\nprefix=/run/disk\\n' >/run/platen/disk
head -c 8192 /dev/zero | tr '\\000' x >/run/disk4
# As an absolute path it is called by.
sed "s|/usr/lib/platen/|$helpers/|; s/sleep 1/:/" "$helpers/box-request" >/run/box-request
ask() { echo "$1" >/run/platen-box/request; sh /run/box-request || :; cat /run/platen-box/answer; }
`;

  test('switches off, and starts again', async (t) => {
    const { said, noted } = await inside(t, `${box}\nask 'one power-off'; ask 'two restart'`);
    assert.deepEqual(said, ['one done', 'two done']);
    assert.deepEqual(noted.split('\n'), [
      'systemctl --no-block poweroff',
      'systemctl --no-block reboot',
    ]);
  });

  test('takes no other word, whatever is in it', async (t) => {
    const { said, noted } = await inside(t, `${box}\nask 'one $(reboot)'; ask 'two halt now'`);
    const no = 'this is nothing that a box does';
    assert.deepEqual([said, noted], [[`one ${no}`, `two ${no}`], '']);
  });

  test('a factory reset marks the first bytes of the data partition, and no more', async (t) => {
    const { said } = await inside(
      t,
      `${box}\nask 'one factory-reset'; head -c 20 /run/disk4; echo
tail -c +513 /run/disk4 | tr -d x | wc -c; wc -c </run/disk4`,
    );
    assert.deepEqual(said, ['one done', 'platen factory-reset', '0', '8192']);
  });
});

test('every helper is shell that can be read', async () => {
  for (const name of await readdir(helpers)) {
    await promisify(execFile)('sh', ['-n', join(helpers, name)]);
  }
});
