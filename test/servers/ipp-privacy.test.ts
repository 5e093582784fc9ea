// What others see of a job, of its documents and of a subscription.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { IppGroup } from '../../monitors/wire/ipp/message.ts';
import {
  attribute,
  attributeOf,
  first,
  integer,
  keyword,
  name,
  octetString,
  payloadOf,
  payloadsOf,
  wordingOf,
} from '../../monitors/wire/ipp/values.ts';
import { startServers, type Harness, type HarnessOptions } from './harness.ts';
import { askIpp, type IppAnswer, type IppAsk } from './ipp-client.ts';

const document = Buffer.from('a document');
const all = attribute('requested-attributes', keyword('all'));

async function withJob(options: HarnessOptions = {}, user = 'ann'): Promise<Harness> {
  const servers = await startServers(options);
  const { status } = await askIpp(servers.httpPort, {
    operation: 'Print-Job',
    user,
    document,
    operationAttributes: [
      attribute('job-name', name('Letter to Bert')),
      attribute('document-name', name('letter.pdf')),
    ],
  });
  assert.equal(status, 'successful-ok');
  return servers;
}

function shown(answer: IppAnswer, tag: IppGroup['tag'], which: string): string | undefined {
  return wordingOf(first(answer.message, tag, which));
}

const oneJob: IppAsk = { operation: 'Get-Job-Attributes', job: 1 };
const asked: readonly IppAsk[] = [{ operation: 'Get-Jobs', operationAttributes: [all] }, oneJob];

describe('a job of somebody else', () => {
  for (const ask of asked) {
    test(`${ask.operation} tells its state, and neither its name nor whose it is`, async () => {
      await using servers = await withJob();
      const own = await askIpp(servers.httpPort, { ...ask, user: 'ann' });
      assert.equal(shown(own, 'job-attributes', 'job-name'), 'Letter to Bert');
      assert.equal(shown(own, 'job-attributes', 'job-originating-user-name'), 'ann');
      const other = await askIpp(servers.httpPort, { ...ask, user: 'bob' });
      const hidden = ['job-name', 'job-originating-user-name', 'job-originating-host-name'];
      for (const each of hidden) {
        assert.equal(attributeOf(other.message, 'job-attributes', each), undefined, each);
      }
      assert.equal(payloadOf(first(other.message, 'job-attributes', 'job-id'), 'integer'), 1);
      assert.ok(first(other.message, 'job-attributes', 'job-state'));
    });
  }

  test('nor what its documents are called', async () => {
    await using servers = await withJob();
    const ask = { operation: 'Get-Documents', job: 1, operationAttributes: [all] } as const;
    const own = await askIpp(servers.httpPort, { ...ask, user: 'ann' });
    assert.equal(shown(own, 'document-attributes', 'document-name'), 'letter.pdf');
    const other = await askIpp(servers.httpPort, { ...ask, user: 'bob' });
    assert.equal(shown(other, 'document-attributes', 'document-name'), undefined);
  });

  test('is told whole to those who look after the printer', async () => {
    await using servers = await withJob({ by: { name: 'olga', role: 'operator' } });
    const seen = await askIpp(servers.httpPort, { operation: 'Get-Job-Attributes', job: 1 });
    assert.equal(shown(seen, 'job-attributes', 'job-name'), 'Letter to Bert');
  });

  test('is told whole to all where the printer says so, which it tells', async () => {
    for (const [jobsShownTo, scope, attributes] of [
      ['all', 'all', ['none']],
      ['owner', 'default', ['job-name', 'job-originating-host-name', 'job-originating-user-name']],
    ] as const) {
      await using servers = await withJob({ access: { jobsShownTo } });
      const seen = await askIpp(servers.httpPort, { ...oneJob, user: 'bob' });
      const isShown = shown(seen, 'job-attributes', 'job-name') !== undefined;
      assert.equal(isShown, jobsShownTo === 'all');
      const { message } = await askIpp(servers.httpPort, { operation: 'Get-Printer-Attributes' });
      const said = (what: string) =>
        payloadsOf(attributeOf(message, 'printer-attributes', what), 'keyword');
      assert.deepEqual(said('job-privacy-attributes'), attributes);
      assert.deepEqual(said('job-privacy-scope'), [scope]);
      assert.deepEqual(said('subscription-privacy-scope'), [scope]);
      assert.deepEqual(said('document-privacy-scope'), [scope]);
    }
  });
});

describe('a subscription of somebody else', () => {
  test('is listed without what it is for', async () => {
    await using servers = await startServers();
    await askIpp(servers.httpPort, {
      operation: 'Create-Printer-Subscriptions',
      user: 'ann',
      subscriptions: [
        [
          attribute('notify-pull-method', keyword('ippget')),
          attribute('notify-user-data', octetString(Buffer.from('mine'))),
        ],
      ],
    });
    const ask = {
      operation: 'Get-Subscription-Attributes',
      operationAttributes: [attribute('notify-subscription-id', integer(1))],
    } as const;
    const tag = 'subscription-attributes';
    const own = await askIpp(servers.httpPort, { ...ask, user: 'ann' });
    assert.equal(shown(own, tag, 'notify-subscriber-user-name'), 'ann');
    assert.ok(first(own.message, tag, 'notify-user-data'));
    const other = await askIpp(servers.httpPort, { ...ask, user: 'bob' });
    for (const each of ['notify-subscriber-user-name', 'notify-user-data', 'notify-events']) {
      assert.equal(first(other.message, tag, each), undefined, each);
    }
    assert.ok(first(other.message, tag, 'notify-subscription-id'));
  });

  test('of a printer’s jobs is told no names of others’ jobs', async () => {
    for (const [access, expected] of [
      [{}, false],
      [{ jobsShownTo: 'all' }, true],
    ] as const) {
      await using servers = await startServers({ access });
      await askIpp(servers.httpPort, {
        operation: 'Create-Printer-Subscriptions',
        user: 'bob',
        subscriptions: [
          [
            attribute('notify-pull-method', keyword('ippget')),
            attribute('notify-events', keyword('job-created')),
          ],
        ],
      });
      const [printer] = await servers.spooler.printers.list();
      servers.tell({
        id: 1,
        type: 'job-created',
        at: { ms: 0, trusted: true },
        spooler: servers.spooler.id,
        printerId: printer?.id ?? '',
        jobId: 'one',
        facts: { number: 1, name: 'Letter to Bert', state: 'pending', reasons: [] },
      });
      const { message } = await askIpp(servers.httpPort, {
        operation: 'Get-Notifications',
        user: 'bob',
        operationAttributes: [attribute('notify-subscription-ids', integer(1))],
      });
      const words = wordingOf(first(message, 'event-notification-attributes', 'notify-text'));
      assert.equal(words?.includes('Letter to Bert'), expected);
    }
  });
});
