// The administrator's side of the network on real namespaces: addresses that end by themselves,
// the gate, ARP, sockets that are destroyed.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  arpAnnouncement,
  arpRequest,
  neighbourAdvertisement,
  readArpReply,
} from '../../hal/linux/network/frames.ts';
import { createHosts } from '../../tools/hosts/hosts.ts';
import { atEnd } from '../at-end.ts';

const isRoot = process.getuid?.() === 0;
const script = new URL('network-script.ts', import.meta.url).pathname;

describe('frames on the link', () => {
  const own = '02:00:00:00:00:01';

  test('an ARP request is what RFC 826 draws', () => {
    const frame = arpRequest({ ownMac: own, from: '10.0.0.1', address: '10.0.0.2', toMac: own });
    const text = Buffer.from(frame).toString('hex');
    assert.equal(
      text,
      '0200000000010200000000010806' +
        '0001080006040001' +
        '0200000000010a000001' +
        '0000000000000a000002',
    );
    assert.equal(arpAnnouncement(own, '10.0.0.1').length, 42);
  });

  test('a reply is read, and nothing else', () => {
    const frame = arpRequest({ ownMac: own, from: '10.0.0.1', address: '10.0.0.2', toMac: own });
    assert.equal(readArpReply(frame), undefined);
    const reply = frame.slice();
    reply[21] = 2;
    assert.deepEqual(readArpReply(reply), { mac: own, address: '10.0.0.1' });
    for (let length = 0; length < reply.length; length += 1) {
      assert.equal(readArpReply(reply.subarray(0, length)), undefined);
    }
  });

  test('an advertisement has a sound checksum', () => {
    const frame = neighbourAdvertisement(own, 'fd00::50');
    const ip = frame.subarray(14);
    const body = ip.subarray(40);
    let sum = body.length + 58;
    for (const part of [ip.subarray(8, 40), body]) {
      for (let at = 0; at < part.length; at += 2) {
        sum += (part[at] ?? 0) * 256 + (part[at + 1] ?? 0);
      }
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    assert.equal(sum, 0xffff);
  });
});

describe('the network on real hosts', () => {
  test('addresses end by themselves, gates close, orphans are destroyed', async (t) => {
    if (!isRoot) {
      await assert.rejects(createHosts({ tag: 'none', count: 1 }), /need root/);
      return;
    }
    const world = await createHosts({ tag: `n${randomUUID().slice(0, 8)}`, count: 2 });
    atEnd(t, () => world.dispose());
    const [box, other] = world.hosts;
    assert.ok(box !== undefined && other !== undefined);
    const child = spawn('ip', ['netns', 'exec', box.namespace, process.execPath, script]);
    atEnd(t, () => child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    let failed = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (failed += text));
    await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(failed, '');
    const facts: unknown = JSON.parse(said);
    const { stdout } = await promisify(execFile)('ip', [
      '-n',
      other.namespace,
      'link',
      'show',
      'eth0',
    ]);
    const mac = /link\/ether (\S+)/.exec(stdout)?.[1];
    assert.deepEqual(facts, {
      abilities: [true, true, true],
      whileOpen: 'connected',
      whileHeld: ['silence', 'ended'],
      whileShut: 'silence',
      afterHolding: 'connected',
      answeredBy: mac,
      orphans: [1, 0],
      afterLifetime: false,
      carrier: true,
      gone: true,
    });
  });
});
