// Subscriptions: what clients are told when they ask, in which order, and for how long.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlatenEvent } from '../../firmware/events/event.ts';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import type { IppAttribute, IppGroup } from '../../monitors/wire/ipp/message.ts';
import {
  attribute,
  boolean,
  first,
  integer,
  keyword,
  octetString,
  payloadOf,
  uri,
} from '../../monitors/wire/ipp/values.ts';
import { startServers, type Harness } from './harness.ts';
import { askIpp, type IppAnswer } from './ipp-client.ts';

const { subscriptions: limits } = serverLimits.ipp;
const office = '00000000-0000-4000-9000-000000000001';
const document = Buffer.from('a document');
const at = { ms: Date.UTC(2026, 0, 1), trusted: true } as const;

const job = '00000000-0000-4000-8000-000000000001';

function jobEvent(id: number, state: string, jobId = job): PlatenEvent {
  const facts = { number: 1, name: 'Job', state, reasons: ['job-printing'] };
  const type = 'job-state-changed';
  return { id, type, jobId, at, spooler: 'fake', printerId: office, facts };
}

function printerEvent(id: number, state: string, printerId = office): PlatenEvent {
  const facts = { name: 'office', state, reasons: ['media-empty-error'], message: 'Empty.' };
  return { id, type: 'printer-state-changed', at, spooler: 'fake', printerId, facts };
}

const pull = attribute('notify-pull-method', keyword('ippget'));

function subscribe(servers: Harness, ...groups: readonly (readonly IppAttribute[])[]) {
  return askIpp(servers.httpPort, {
    operation: 'Create-Printer-Subscriptions',
    subscriptions: groups,
  });
}

function groupsOf({ message }: IppAnswer, tag: IppGroup['tag']): readonly IppGroup[] {
  return message.groups.filter((group) => group.tag === tag);
}

function valuesOf(groups: readonly IppGroup[], attributeName: string): readonly unknown[] {
  return groups.map(
    ({ attributes }) => attributes.find((each) => each.name === attributeName)?.values[0]?.value,
  );
}

async function fetch(servers: Harness, id: number, from = 1) {
  const answer = await askIpp(servers.httpPort, {
    operation: 'Get-Notifications',
    operationAttributes: [
      attribute('notify-subscription-ids', integer(id)),
      attribute('notify-sequence-numbers', integer(from)),
    ],
  });
  const groups = groupsOf(answer, 'event-notification-attributes');
  return {
    answer,
    events: valuesOf(groups, 'notify-subscribed-event'),
    sequences: valuesOf(groups, 'notify-sequence-number'),
    groups,
  };
}

describe('subscriptions', () => {
  test('tell what was asked for, numbered without gaps, as often as it is fetched', async () => {
    await using servers = await startServers();
    const events = attribute('notify-events', keyword('job-completed'), keyword('printer-stopped'));
    const made = await subscribe(servers, [pull, events]);
    assert.equal(made.status, 'successful-ok');
    const id = payloadOf(
      first(made.message, 'subscription-attributes', 'notify-subscription-id'),
      'integer',
    );
    assert.equal(id, 1);
    servers.tell(jobEvent(10, 'processing'));
    servers.tell(printerEvent(11, 'stopped'));
    servers.tell(printerEvent(12, 'idle'));
    servers.tell(printerEvent(13, 'stopped', 'another'));
    servers.tell(jobEvent(14, 'completed'));
    for (let round = 0; round < 2; round += 1) {
      const { events: names, sequences, groups, answer } = await fetch(servers, 1);
      assert.deepEqual(names, ['printer-stopped', 'job-completed']);
      assert.deepEqual(sequences, [1, 2]);
      assert.deepEqual(valuesOf(groups, 'printer-state'), [5, undefined]);
      assert.deepEqual(valuesOf(groups, 'job-state'), [undefined, 9]);
      assert.deepEqual(valuesOf(groups, 'job-id'), [undefined, 1]);
      const interval = first(answer.message, 'operation-attributes', 'notify-get-interval');
      assert.equal(interval?.value, limits.getIntervalSeconds);
    }
    assert.deepEqual((await fetch(servers, 1, 2)).sequences, [2]);
    assert.deepEqual((await fetch(servers, 1, 3)).sequences, []);
  });

  test('events and leases end in time', async () => {
    await using servers = await startServers();
    await subscribe(servers, [pull, attribute('notify-lease-duration', integer(1_000))]);
    servers.tell(jobEvent(1, 'completed'));
    assert.equal((await fetch(servers, 1)).events.length, 1);
    await servers.clock.advance(limits.eventLifeSeconds * 1000 + 1);
    assert.equal((await fetch(servers, 1)).events.length, 0);
    const renewed = await askIpp(servers.httpPort, {
      operation: 'Renew-Subscription',
      operationAttributes: [attribute('notify-subscription-id', integer(1))],
      subscriptions: [[attribute('notify-lease-duration', integer(2_000))]],
    });
    const lease = first(renewed.message, 'subscription-attributes', 'notify-lease-duration');
    assert.equal(lease?.value, 2_000);
    await servers.clock.advance(1_500_000);
    assert.equal((await fetch(servers, 1)).answer.status, 'successful-ok');
    await servers.clock.advance(600_000);
    assert.equal((await fetch(servers, 1)).answer.status, 'client-error-not-found');
  });

  test('only so many events wait for a client, the newest', async () => {
    await using servers = await startServers();
    await subscribe(servers, [pull]);
    const extra = 5;
    for (let id = 1; id <= limits.waitingEvents + extra; id += 1) {
      servers.tell(jobEvent(id, 'completed'));
    }
    const { sequences } = await fetch(servers, 1);
    assert.equal(sequences.length, limits.waitingEvents);
    assert.equal(sequences[0], extra + 1);
  });

  test('each group has its own answer', async () => {
    await using servers = await startServers();
    const push = attribute('notify-recipient-uri', uri('mailto:ann@example.com'));
    const both = await subscribe(servers, [pull], [push]);
    assert.equal(both.status, 'successful-ok-ignored-subscriptions');
    const groups = groupsOf(both, 'subscription-attributes');
    assert.deepEqual(valuesOf(groups, 'notify-subscription-id'), [1, undefined]);
    assert.deepEqual(valuesOf(groups, 'notify-status-code'), [undefined, 0x040c]);
    const none = await subscribe(servers, [push]);
    assert.equal(none.status, 'client-error-ignored-all-subscriptions');
    const long = attribute('notify-user-data', octetString(new Uint8Array(64)));
    assert.equal((await subscribe(servers, [pull, long])).status, none.status);
    assert.equal((await subscribe(servers)).status, 'client-error-bad-request');
  });

  test('a printer has only so many', async () => {
    await using servers = await startServers();
    for (let count = 0; count < limits.perPrinter; count += 1) await subscribe(servers, [pull]);
    const [last] = groupsOf(await subscribe(servers, [pull]), 'subscription-attributes');
    assert.deepEqual(valuesOf(last === undefined ? [] : [last], 'notify-status-code'), [0x0415]);
    await servers.clock.advance(limits.leaseSeconds * 1000 + 1);
    assert.equal((await subscribe(servers, [pull])).status, 'successful-ok');
  });

  test('are listed, shown and cancelled by whoever made them', async () => {
    await using servers = await startServers();
    const data = attribute('notify-user-data', octetString(Buffer.from('mine')));
    await subscribe(servers, [pull, data]);
    const list = async (user: string, ...more: readonly IppAttribute[]) => {
      const ask = { operation: 'Get-Subscriptions', user, operationAttributes: more } as const;
      const groups = groupsOf(await askIpp(servers.httpPort, ask), 'subscription-attributes');
      return valuesOf(groups, 'notify-subscription-id');
    };
    assert.deepEqual(await list('bob'), [1]);
    assert.deepEqual(await list('bob', attribute('my-subscriptions', boolean(true))), []);
    const one = [attribute('notify-subscription-id', integer(1))];
    const shown = await askIpp(servers.httpPort, {
      operation: 'Get-Subscription-Attributes',
      operationAttributes: one,
    });
    const value = (each: string) => first(shown.message, 'subscription-attributes', each)?.value;
    assert.deepEqual(value('notify-user-data'), new Uint8Array(Buffer.from('mine')));
    assert.equal(value('notify-subscriber-user-name'), 'ann');
    assert.equal(value('notify-lease-duration'), limits.leaseSeconds);
    const cancel = async (user: string) => {
      const ask = { operation: 'Cancel-Subscription', user, operationAttributes: one } as const;
      return (await askIpp(servers.httpPort, ask)).status;
    };
    assert.equal(await cancel('bob'), 'client-error-forbidden');
    assert.equal(await cancel('ann'), 'successful-ok');
    assert.equal(await cancel('ann'), 'client-error-not-found');
  });

  test('a job’s subscription comes with the job and ends with it', async () => {
    await using servers = await startServers();
    const printed = await askIpp(servers.httpPort, {
      operation: 'Print-Job',
      subscriptions: [[pull, attribute('notify-events', keyword('job-state-changed'))]],
      document,
    });
    assert.equal(printed.status, 'successful-ok');
    assert.deepEqual(
      valuesOf(groupsOf(printed, 'subscription-attributes'), 'notify-subscription-id'),
      [1],
    );
    servers.tell(jobEvent(1, 'processing', 'another'));
    servers.tell(jobEvent(2, 'processing'));
    const early = await fetch(servers, 1);
    assert.deepEqual(early.sequences, [1]);
    assert.equal(early.answer.status, 'successful-ok');
    servers.tell(jobEvent(3, 'completed'));
    const late = await fetch(servers, 1);
    assert.deepEqual(late.sequences, [1, 2]);
    assert.equal(late.answer.status, 'successful-ok-events-complete');
    await servers.clock.advance(limits.eventLifeSeconds * 1000 + 1);
    assert.equal((await fetch(servers, 1)).answer.status, 'client-error-not-found');
  });
});
