// The webhook against a real server: signed, in order, tried again, given up, bounded.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import type { Notice } from '../../firmware/telling/needs.ts';
import { createWebhook } from '../../firmware/telling/webhook.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

const { random } = createLinuxHal({ wallTrusted: () => true });
const notice: Notice = {
  what: 'began',
  kind: 'printer',
  key: 'printer 1',
  subject: 'labels',
  message: 'Out of labels',
  reasons: ['media-empty-error'],
  at: { ms: 0, trusted: true },
};

interface Asked {
  readonly body: string;
  readonly signature: string;
}

async function receiver(t: TestContext, statuses: readonly number[]) {
  const asked: Asked[] = [];
  const waiters: (() => void)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = String(request.headers['platen-signature'] ?? '');
      asked.push({ body: Buffer.concat(chunks).toString('utf8'), signature });
      response.writeHead(statuses[asked.length - 1] ?? 204);
      response.end();
      for (const wake of waiters.splice(0)) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => server.close());
  const bound = server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  const heard = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise<void>((resolve) => waiters.push(resolve));
  };
  return { asked, heard, url: `http://127.0.0.1:${bound.port}/hook?x=1` };
}

function webhookTo(t: TestContext, url: string, secret = 'geheim') {
  const clock = new VirtualClock({ wallMs: 1_000_000 });
  const warned: string[] = [];
  const webhook = createWebhook({
    clock,
    random,
    url,
    pin: '',
    secret,
    nodeId: 'node-1',
    hostName: () => 'box',
    log: { warn: (message) => void warned.push(message), info: () => undefined },
  });
  atEnd(t, () => webhook.stop());
  return { webhook, clock, warned };
}

describe('the webhook', () => {
  test('tells a notice, signed over time and body', async (t) => {
    const { asked, heard, url } = await receiver(t, []);
    webhookTo(t, url).webhook.tell(notice);
    await heard(1);
    const [{ body, signature } = { body: '', signature: '' }] = asked;
    const told = z.looseObject({ id: z.uuid(), nodeId: z.string() }).parse(JSON.parse(body));
    assert.partialDeepStrictEqual(told, { ...notice, nodeId: 'node-1', hostName: 'box' });
    const mark = createHmac('sha256', 'geheim').update(`1000.${body}`).digest('hex');
    assert.equal(signature, `t=1000,v1=${mark}`);
    assert.ok(!body.includes('geheim'));
  });

  test('tries again while it is refused, with the same id, and keeps the order', async (t) => {
    const { asked, heard, url } = await receiver(t, [500, 503]);
    const { webhook, clock, warned } = webhookTo(t, url);
    webhook.tell(notice);
    webhook.tell({ ...notice, what: 'ended' });
    for (const count of [1, 2]) {
      await heard(count);
      await whenWarned(warned, count);
      await clock.advance(2_000);
    }
    await heard(4);
    const told = asked.map(({ body }) =>
      z.object({ id: z.string(), what: z.string() }).parse(JSON.parse(body)),
    );
    assert.deepEqual(
      told.map(({ what }) => what),
      ['began', 'began', 'began', 'ended'],
    );
    assert.equal(new Set(told.slice(0, 3).map(({ id }) => id)).size, 1);
  });

  test('ends at once, also while it waits to try again', async (t) => {
    const { webhook, warned } = webhookTo(t, 'http://127.0.0.1:1/');
    webhook.tell(notice);
    await whenWarned(warned, 1);
    await webhook.stop();
  });
});

async function whenWarned(warned: readonly string[], count: number): Promise<void> {
  while (warned.length < count) await new Promise((resolve) => setImmediate(resolve));
}
