// Real documents at the doors of a whole appliance: lists of networks, switches, and raw documents
// that pass through while the device answers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { job } from '../../firmware/api/schemas/job.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { readPages } from '../../firmware/cli/pages.ts';
import { type DoorPlaces, doors } from '../../tools/crash-test/doors.ts';
import { type Platen, receivedDocuments, whenReceived } from '../../tools/up/platen.ts';
import { type House, openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

const xcv = z.object({ status: z.literal('ERROR_SUCCESS') });
const free: readonly string[] = ['listen.http=0', 'listen.lpd=0', 'listen.raw=0'];
/** Of RFC 5737: nobody is there. */
const elsewhere = '192.0.2.0/24';
const nowhere = { ipp: false, raw: false, lpd: false };
const everywhere = { ipp: true, raw: true, lpd: true };
/** tcpmux: nobody listens there. */
const closedPort = 1;

async function addOffice(house: House, portNumber: number): Promise<void> {
  const api = house.api();
  const port = { name: 'p', host: '127.0.0.1', portNumber };
  await api.send('POST', '/monitors/tcp/xcv/AddPort', port, xcv);
  await api.send('POST', '/printers', { name: 'office', portNames: ['p'] }, printer);
}

async function placesOf(house: House, { port, data }: Platen): Promise<DoorPlaces> {
  const { addresses } = await house.api().get('/system', appliance);
  const portOf = (door: string) => {
    const found = addresses.find(({ what }) => what === door);
    return found === undefined ? closedPort : Number(new URL(found.address).port);
  };
  return {
    httpPort: port,
    rawPort: portOf('raw'),
    lpdPort: portOf('lpd'),
    socketPath: join(data, 'platen.sock'),
    printer: 'office',
  };
}

/** Prints at each door; true where success was heard, and then the device has the very bytes. */
async function tryDoors(house: House, platen: Platen): Promise<Record<string, boolean>> {
  const places = await placesOf(house, platen);
  const before = (await receivedDocuments(house.emulator)).length;
  const outcomes: Record<string, boolean> = {};
  for (const name of Object.keys(everywhere)) {
    const bytes = Buffer.from(`${before} by ${name}\0\xff`, 'latin1');
    const print = doors[name];
    assert.ok(print);
    const document = { id: name, bytes, digest: '' };
    const isAcknowledged = await print(places, document).catch(() => false);
    outcomes[name] = isAcknowledged;
    if (!isAcknowledged) continue;
    const isThere = (all: readonly Uint8Array[]) =>
      all.some((each) => bytes.equals(each)) ? true : undefined;
    assert.ok(await whenReceived(house.emulator, isThere), `${name}: it came as it was sent`);
  }
  const printed = Object.values(outcomes).filter((isAcknowledged) => isAcknowledged).length;
  assert.equal((await receivedDocuments(house.emulator)).length, before + printed);
  return outcomes;
}

test('a printer’s networks and log-in hold at each door', async (t) => {
  const house = await openHouse(t);
  const platen = await house.serve();
  await addOffice(house, house.emulator.port);
  const api = house.api();
  const change = (access: object) => api.send('PATCH', '/printers/office', { access }, printer);
  await change({ networks: [elsewhere] });
  assert.deepEqual(await tryDoors(house, platen), nowhere);
  assert.deepEqual(await readPages(api, '/jobs?which=all', job), []);
  await change({ networks: [elsewhere, '127.0.0.0/8'] });
  assert.deepEqual(await tryDoors(house, platen), everywhere);
  await change({ logIn: true });
  assert.deepEqual(await tryDoors(house, platen), nowhere);
});

test('the doors without a log-in have a switch and networks of their own', async (t) => {
  const house = await openHouse(t);
  const first = await house.serve();
  await addOffice(house, house.emulator.port);
  await first.process.stop();
  for (const [settings, outcome] of [
    [['raw.enabled=false'], { ipp: true, raw: false, lpd: true }],
    [['lpd.enabled=false', `raw.networks=["${elsewhere}"]`], { ipp: true, raw: false, lpd: false }],
    [
      [`lpd.networks=["${elsewhere}"]`, 'raw.networks=["127.0.0.1"]'],
      { ipp: true, raw: true, lpd: false },
    ],
  ] as const) {
    const platen = await house.serve([...free, ...settings]);
    assert.deepEqual(await tryDoors(house, platen), outcome, settings.join(' '));
    await platen.process.stop();
  }
});

describe('a raw document that passes through', () => {
  /** A device that answers each byte at once, and ends when its client does. */
  async function startDevice(t: TestContext) {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (bytes: Buffer) => {
        received.push(bytes);
        socket.write(`<${bytes.length}>`);
      });
      socket.on('end', () => socket.end());
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(t, () => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return { port: address.port, received: () => Buffer.concat(received).toString() };
  }

  test('reaches the device byte by byte, whose answers come back meanwhile', async (t) => {
    const device = await startDevice(t);
    const house = await openHouse(t);
    const platen = await house.serve();
    await addOffice(house, device.port);
    const api = house.api();
    const raw = { mode: 'pass-through', idleSeconds: 60 };
    await api.send('PATCH', '/printers/office', { raw }, printer);
    const { rawPort: port } = await placesOf(house, platen);
    const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const heard: string[] = [];
    client.on('data', (bytes: Buffer) => heard.push(bytes.toString('latin1')));
    const until = async (text: string) => {
      while (heard.join('') !== text) await once(client, 'data');
    };
    client.write('~HS');
    await until('<3>');
    client.write('^XA^XZ');
    await until('<3><6>');
    const ended = once(client, 'end');
    client.end();
    await ended;
    assert.equal(device.received(), '~HS^XA^XZ');
    const [done] = await readPages(api, '/jobs?which=all', job);
    assert.deepEqual([done?.state, done?.documents[0]?.sizeBytes], ['completed', 9]);
  });
});
