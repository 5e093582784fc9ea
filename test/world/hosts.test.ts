// Shows that hosts in namespaces reach each other, lose each other when a link is cut, and vanish.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';

import { createHosts, type Host, type Hosts } from '../../tools/hosts/hosts.ts';
import { atEnd } from '../at-end.ts';

const PORT = 4000;
const isRoot = process.getuid?.() === 0;

/** Serves from a process of its own, which only the namespace knows. */
const parentSource = `
const { spawn } = require('node:child_process');
spawn(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' });
`;

const serverSource = `
const server = require('node:net').createServer((socket) => socket.end('hello'));
server.listen(${PORT}, () => console.log('listening'));
`;

/** Says what one connection came to, within its own time-out. */
const clientSource = `
const socket = require('node:net').connect({ port: ${PORT}, host: process.argv[1] });
socket.setTimeout(Number(process.argv[2]), () => { console.log('silence'); process.exit(); });
socket.on('data', (bytes) => { console.log(String(bytes)); process.exit(); });
socket.on('error', () => { console.log('silence'); process.exit(); });
`;

describe('hosts in network namespaces', () => {
  test('two hosts connect, not while a link is cut, and again when it is restored', async (t) => {
    if (!isRoot) return refusesWithoutRoot();
    const { hosts } = await makeHosts(t, 2);
    const [server, client] = hosts;
    assert.ok(server !== undefined && client !== undefined);
    const child = server.start(process.execPath, ['-e', serverSource]);
    assert.ok(child.stdout !== null);
    await once(child.stdout, 'data');
    assert.equal(await call(client, server, 5000), 'hello');
    await server.cut();
    assert.equal(await call(client, server, 300), 'silence');
    await server.restore();
    assert.equal(await call(client, server, 5000), 'hello');
  });

  test('disposing ends what runs inside and removes the namespaces', async (t) => {
    if (!isRoot) return refusesWithoutRoot();
    const world = await makeHosts(t, 1);
    const [host] = world.hosts;
    assert.ok(host !== undefined);
    const child = host.start(process.execPath, ['-e', parentSource, serverSource]);
    assert.ok(child.stdout !== null);
    await once(child.stdout, 'data');
    // Closed once nobody holds it: the server, too, has ended.
    const closed = once(child.stdout, 'close');
    assert.ok((await listNamespaces()).includes(host.namespace));
    await world.dispose();
    assert.equal(child.signalCode, 'SIGKILL');
    await closed;
    assert.ok(!(await listNamespaces()).includes(host.namespace));
  });

  test('a taken name is an error that leaves nothing more behind', async (t) => {
    if (!isRoot) return refusesWithoutRoot();
    const tag = makeTag();
    const first = await createHosts({ tag, count: 1 });
    atEnd(t, () => first.dispose());
    await assert.rejects(createHosts({ tag, count: 2 }), /ip netns add .* failed: .*File exists/);
    assert.ok(!(await listNamespaces()).includes(`platen-${tag}-2`));
  });
});

async function refusesWithoutRoot(): Promise<void> {
  await assert.rejects(createHosts({ tag: makeTag(), count: 1 }), /need root/);
}

async function makeHosts(t: TestContext, count: number): Promise<Hosts> {
  const hosts = await createHosts({ tag: makeTag(), count });
  atEnd(t, () => hosts.dispose());
  return hosts;
}

function makeTag(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

async function call(from: Host, to: Host, timeoutMs: number): Promise<string> {
  const child = from.start(process.execPath, ['-e', clientSource, to.address, String(timeoutMs)]);
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  return said.trim();
}

async function listNamespaces(): Promise<string> {
  return (await promisify(execFile)('ip', ['netns', 'list'])).stdout;
}
