// The appliance over TLS: its certificate stays, the API is there and closed, IPP is there and
// open.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { get, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { certificate } from '../../firmware/api/schemas/certificate.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import type { ApiClient } from '../../firmware/cli/command.ts';
import { remoteAppliance } from '../../firmware/cli/remote.ts';
import { runCommand } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { platenSays } from '../cli/console.ts';
import { openHouse, type House } from './house.ts';

interface Answer {
  readonly status: number | undefined;
  readonly pin: string;
  readonly body: string;
}

async function getSecurely(port: number, path: string, more: RequestOptions = {}): Promise<Answer> {
  // Whose certificate it is, is what is asked here.
  const options: RequestOptions = {
    host: '127.0.0.1',
    port,
    path,
    agent: false,
    rejectUnauthorized: false,
    ...more,
  };
  const request = get(options);
  let pin = '';
  request.once('socket', (socket: TLSSocket) => {
    socket.once('secureConnect', () => {
      pin = socket.getPeerX509Certificate()?.fingerprint256 ?? '';
    });
  });
  const [response] = await once(request, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, pin, body };
}

async function portOf(house: House, what: 'http' | 'https'): Promise<number> {
  const { addresses } = await house.api().get('/system', appliance);
  const found = addresses.find((each) => each.what === what);
  return Number(new URL(found?.address ?? '').port);
}

/** What `platen` says to the appliance of the house, without a process of its own. */
async function say(api: ApiClient, line: string, files: Record<string, string> = {}) {
  const { status, out, errors } = await platenSays(api, line.split(' '), files);
  return { status, text: `${out}${errors.join('\n')}` };
}

describe('the command line and another appliance', () => {
  test('by token and pin it does what the token may; anything else is told', async (t) => {
    const house = await openHouse(t);
    await house.serve();
    const port = await portOf(house, 'https');
    const { pin } = await house.api().get('/certificates/node', certificate);
    const { text } = await say(house.api(), 'token add ci --scope operate');
    const token = text.trim();
    const by = (options: { readonly pin: string | undefined }) =>
      createApiClient(remoteAppliance(`127.0.0.1:${port}`, { token, ...options }));
    assert.match((await say(by({ pin }), 'job cancel 99')).text, /There is no job "99"/);
    assert.match((await say(by({ pin }), 'user list')).text, /no right/);
    const other = await say(by({ pin: 'ab'.repeat(32) }), 'status');
    assert.match(other.text, /is not the appliance of this --pin/);
    const unknown = await say(by({ pin: undefined }), 'status');
    assert.match(unknown.text, /Nobody vouches .* --pin/);
    const tokenFile = join(house.folder, 'token');
    await writeFile(tokenFile, `${token}\n`);
    const server = ['--server', `127.0.0.1:${port}`, '--token-file', tokenFile, '--pin', pin];
    assert.match(await runCommand(platenFromSources, ['status', ...server]), /^Platen /);
    await say(house.api(), 'token remove ci');
    assert.match((await say(by({ pin }), 'status')).text, /There is no such token/);
  });

  test('an administrator’s own certificate is shown, and taken back', async (t) => {
    const house = await openHouse(t);
    await house.serve();
    const port = await portOf(house, 'https');
    const before = await getSecurely(port, '/');
    const [chain, key] = [join(house.folder, 'chain.pem'), join(house.folder, 'key.pem')];
    const made = spawnSync('openssl', [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90'.split(' '),
      '-subj',
      '/CN=print.example',
      '-addext',
      'subjectAltName=DNS:print.example',
      '-keyout',
      key,
      '-out',
      chain,
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    const files = { c: await readFile(chain, 'utf8'), k: await readFile(key, 'utf8') };
    const certificateSays = (line: string) => say(house.api(), `certificate ${line}`, files);
    assert.equal((await certificateSays('install --chain c --key k')).status, 0);
    assert.notEqual((await getSecurely(port, '/')).pin, before.pin);
    assert.match((await certificateSays('show')).text, /an administrator[^]*print\.example/);
    const wrong = await certificateSays('install --chain c --key c');
    assert.equal(wrong.status, 2, wrong.text);
    assert.equal((await certificateSays('remove')).status, 0);
    assert.equal((await getSecurely(port, '/')).pin, before.pin);
  });
});

describe('HTTPS', () => {
  test('the API knows nobody there, and the certificate outlives a restart', async (t) => {
    const house = await openHouse(t);
    const platen = await house.serve();
    const first = await getSecurely(await portOf(house, 'https'), '/api/v1/printers');
    assert.equal(first.status, 401, first.body);
    await platen.process.kill();
    await house.serve();
    const second = await getSecurely(await portOf(house, 'https'), '/');
    assert.equal(second.status, 200);
    assert.match(second.body, /Platen/);
    assert.equal(second.pin, first.pin);
  });

  test('without TLS there is no API, and a client may change over to TLS', async (t) => {
    const house = await openHouse(t);
    const { port } = await house.serve();
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/printers`);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /HTTPS alone/);
    const client = connect(port, '127.0.0.1');
    client.write(
      'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n',
    );
    const [said] = await once(client, 'data');
    assert.match(String(said), /^HTTP\/1\.1 101 /);
    client.destroy();
  });
});
