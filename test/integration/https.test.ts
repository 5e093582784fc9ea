// The appliance over TLS: its certificate stays, the API is there and closed, IPP is there and
// open.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { get, type RequestOptions } from 'node:https';
import { describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { openHouse, type House } from './house.ts';

interface Answer {
  readonly status: number | undefined;
  readonly pin: string;
  readonly body: string;
}

async function getSecurely(port: number, path: string): Promise<Answer> {
  // Whose certificate it is, is what is asked here.
  const options: RequestOptions = { host: '127.0.0.1', port, path, rejectUnauthorized: false };
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
