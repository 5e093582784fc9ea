// A client of a group's queue over a failover, on two appliances in network namespaces: by the
// group's name it finds the same files, digests and keys at the other box.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { certificate } from '../../firmware/api/schemas/certificate.ts';
import { createWorld, groupAddress, groupName } from '../../tools/failover-bench/world.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { makeProfile } from '../queue-files/profile.ts';
import { startAvahi } from '../world/avahi.ts';
import { until } from './boxes.ts';
import { atEnd } from '../at-end.ts';

const connected = z.object({
  folder: z.string(),
  serverKey: z.string(),
  signatureKey: z.string(),
  downloadedBytes: z.number(),
  files: z.array(z.object({ path: z.string(), digest: z.string(), state: z.string() })),
});

const hostName = `${groupName}.local`;
const uri = `ipps://${hostName}:8643/printers/p1`;

test('a client finds the same files, digests and keys after a failover', async (t) => {
  const options = { witness: true, printers: 1, say: () => undefined };
  if (process.getuid?.() !== 0) {
    await assert.rejects(createWorld(options), /need root/);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'platen-files-failover-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  await using world = await createWorld(options);
  const { client } = world;
  const avahi = await startAvahi(client, 'client');
  atEnd(t, () => avahi.stop());

  /** As nss-mdns would: whatever avahi says of the name counts, asked each time anew. */
  const connect = async (...words: readonly string[]) => {
    const said = await until(
      () => avahi.resolve('-4', '-n', hostName),
      (answer) => answer.includes('\t'),
    );
    const [name = '', address = ''] = said.split('\t');
    const hosts = join(folder, 'hosts');
    await writeFile(hosts, `127.0.0.1 localhost\n${address} ${name}\n`);
    const command = [...platenFromSources, 'connect', uri, '--folder', join(folder, 'client')];
    const script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"';
    const inside = ['sh', '-c', script, 'sh', hosts, ...command, '--no-cups', '--json', ...words];
    const args = ['netns', 'exec', client.namespace, 'unshare', '--mount', ...inside];
    const { stdout } = await promisify(execFile)('ip', args);
    return { address, ...connected.parse(JSON.parse(stdout)) };
  };

  /** As a person would: until the kernel of the killed box no longer answers in its place. */
  const connectSoon = async (...words: readonly string[]) => {
    for (;;) {
      try {
        return await connect(...words);
      } catch (error) {
        const told = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
        if (!/server-unknown: Nobody answers/.test(told)) throw error;
      }
    }
  };

  const owner = await world.ownerInStep();
  const profile = makeProfile('HP Color LaserJet');
  const label = Buffer.alloc(200_000, '^XA^FDlabel^FS^XZ\n');
  await writeFile(join(folder, 'Hpclrlsr.icm'), profile);
  await writeFile(join(folder, 'label.zpl'), label);
  const add = ['file', 'add', `${groupName}/p1`];
  const color = ['--component', 'ICM', '--directory', 'Color', '--module', 'Mscms.dll'];
  await owner.run(...add, join(folder, 'Hpclrlsr.icm'), ...color);
  await owner.run(...add, join(folder, 'label.zpl'), '--component', 'Labels');
  const { pin } = await owner.api.get(`/certificates/${groupName}`, certificate);

  const first = await connect('--pin', pin);
  assert.equal(first.address, groupAddress);
  assert.equal(first.serverKey, pin);
  assert.equal(first.signatureKey, pin);
  assert.equal(first.downloadedBytes, profile.length + label.length);

  assert.equal(await world.ownerInStep(), owner);
  await owner.signalAll('SIGKILL');
  const next = world.other(owner);
  await until(
    () => next.api.get(`/groups/${groupName}`, z.object({ ownedHere: z.boolean() })),
    ({ ownedHere }) => ownedHere,
  );

  // Nothing of it comes again, and nobody asks whom to trust.
  const again = await connectSoon('--refresh');
  assert.equal(again.address, groupAddress);
  assert.equal(again.downloadedBytes, 0);
  const lasting = ({ files, ...keys }: typeof first) => ({
    keys: [keys.serverKey, keys.signatureKey],
    files: files.map(({ path, digest }) => [path, digest]),
  });
  assert.deepEqual(lasting(again), lasting(first));
  assert.deepEqual(
    again.files.map(({ state }) => state),
    ['unchanged', 'unchanged'],
  );

  // And what is not there any more comes from the other box, byte for byte.
  const place = join(again.folder, 'files/Color/Hpclrlsr.icm');
  await rm(place);
  const repaired = await connect('--refresh');
  assert.equal(repaired.downloadedBytes, profile.length);
  assert.deepEqual(await readFile(place), Buffer.from(profile));
});
