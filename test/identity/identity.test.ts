// The node's identity: made once, kept for its owner alone, never silently replaced.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { IdentityError, openIdentity } from '../../firmware/identity/identity.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { atEnd } from '../at-end.ts';

async function place(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-identity-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  return join(folder, 'identity.json');
}

function open(path: string) {
  return openIdentity({ files: createLinuxFiles(), random: createLinuxRandom(), path });
}

test('the second start has the id and the key of the first', async (t) => {
  const path = await place(t);
  const first = await open(path);
  const second = await open(path);
  assert.match(first.nodeId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.match(first.nodeKey.fingerprint, /^[0-9a-f]{64}$/);
  assert.equal(second.nodeId, first.nodeId);
  assert.equal(second.nodeKey.fingerprint, first.nodeKey.fingerprint);
});

test('two appliances differ', async (t) => {
  const [a, b] = [await open(await place(t)), await open(await place(t))];
  assert.notEqual(a.nodeId, b.nodeId);
  assert.notEqual(a.nodeKey.fingerprint, b.nodeKey.fingerprint);
});

test('only the owner can read the file', async (t) => {
  const path = await place(t);
  await open(path);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('a signature is true for its data and its key alone', async (t) => {
  const [own, other] = [await open(await place(t)), await open(await place(t))];
  const data = new TextEncoder().encode('heartbeat');
  const signature = await own.nodeKey.sign(data);
  assert.equal(own.verify(own.nodeKey.publicKey, data, signature), true);
  assert.equal(own.verify(own.nodeKey.publicKey, data.subarray(1), signature), false);
  assert.equal(own.verify(other.nodeKey.publicKey, data, signature), false);
  assert.equal(own.verify(new Uint8Array(3), data, signature), false);
});

test('a damaged file is refused, and its key is not in the message', async (t) => {
  const path = await place(t);
  await open(path);
  const whole = await readFile(path, 'utf8');
  const { nodeKey } = JSON.parse(whole);
  const damages = [
    '',
    whole.slice(0, -20),
    whole.replace('"version":1', '"version":2'),
    whole.replace(/"nodeId":"[^"]+"/, '"nodeId":"x"'),
    whole.replace(nodeKey, Buffer.from('no key').toString('base64')),
  ];
  for (const damage of damages) {
    await writeFile(path, damage);
    await assert.rejects(open(path), (error) => {
      assert.ok(error instanceof IdentityError);
      assert.match(error.message, /identity\.json is damaged .* remove the file/);
      assert.ok(!error.message.includes(nodeKey.slice(0, 12)));
      return true;
    });
    assert.equal(await readFile(path, 'utf8'), damage);
  }
});
