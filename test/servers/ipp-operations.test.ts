// IPP operations as a well-behaved client sees them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../firmware/errors/codes.ts';
import { jobAttributes, printerAttributes } from '../../firmware/servers/ipp/attribute-table.ts';
import type { IppAttribute } from '../../monitors/wire/ipp/message.ts';
import {
  attribute,
  attributeOf,
  boolean,
  enumValue,
  first,
  groupOf,
  integer,
  keyword,
  mimeMediaType,
  name,
  payloadOf,
  uri,
} from '../../monitors/wire/ipp/values.ts';
import { startServers } from './harness.ts';
import { askIpp, type IppAnswer, type IppAsk } from './ipp-client.ts';

const document = Buffer.from('a document');

function namesIn(
  { message }: IppAnswer,
  tag: 'printer-attributes' | 'job-attributes' | 'unsupported-attributes',
): readonly string[] {
  return groupOf(message, tag)?.attributes.map((each) => each.name) ?? [];
}

function requesting(...names: readonly [string, ...string[]]): readonly IppAttribute[] {
  const [one, ...more] = names.map((each) => keyword(each));
  return one === undefined ? [] : [attribute('requested-attributes', one, ...more)];
}

function jobStateIn({ message }: IppAnswer): number | undefined {
  return payloadOf(first(message, 'job-attributes', 'job-state'), 'enum');
}

describe('printer attributes', () => {
  const cases: readonly { asked: [string, ...string[]]; has: string[]; lacks: string[] }[] = [
    { asked: ['all'], has: ['printer-name', 'copies-default'], lacks: ['media-col-database'] },
    { asked: ['printer-description'], has: ['printer-uuid'], lacks: ['copies-default'] },
    { asked: ['job-template'], has: ['sides-supported'], lacks: ['printer-name'] },
    { asked: ['media-col-database', 'nonsense'], has: ['media-col-database'], lacks: ['copies'] },
  ];

  test('are chosen by name and by group', async () => {
    await using servers = await startServers();
    for (const { asked, has, lacks } of cases) {
      const operationAttributes = requesting(...asked);
      const ask: IppAsk = { operation: 'Get-Printer-Attributes', operationAttributes };
      const answer = await askIpp(servers.httpPort, ask);
      assert.equal(answer.status, 'successful-ok');
      const names = namesIn(answer, 'printer-attributes');
      for (const each of has) assert.ok(names.includes(each), each);
      for (const each of lacks) assert.ok(!names.includes(each), each);
    }
  });

  test('say what the spooler says', async () => {
    await using servers = await startServers();
    servers.spooler.status = {
      state: 'stopped',
      reasons: ['media-empty-error', 'paused'],
      message: 'Out of paper.',
      queuedJobCount: 3,
    };
    await servers.clock.advance(5_000);
    const { message } = await askIpp(servers.httpPort, { operation: 'Get-Printer-Attributes' });
    const value = (each: string) => first(message, 'printer-attributes', each)?.value;
    assert.equal(value('printer-state'), 5);
    assert.equal(value('printer-state-message'), 'Out of paper.');
    assert.equal(value('queued-job-count'), 3);
    assert.equal(value('printer-up-time'), 6);
    const reasons = attributeOf(message, 'printer-attributes', 'printer-state-reasons');
    assert.deepEqual(
      reasons?.values.map((each) => each.value),
      ['media-empty-error', 'paused'],
    );
    assert.equal(
      value('printer-uri-supported'),
      `ipp://localhost:${servers.httpPort}/ipp/print/office`,
    );
  });

  test('no row is there twice, and each names its clause', () => {
    for (const rows of [printerAttributes, jobAttributes]) {
      const names = rows.map((row) => row.name);
      assert.equal(new Set(names).size, names.length);
      // marker-levels and its kin are of no standard: CUPS gave them, and every client asks.
      const known = /^(RFC|PWG) \d|^CUPS Implementation of IPP$/;
      for (const row of rows) assert.match(row.clause, known);
    }
  });

  test('the default printer is the only one', async () => {
    await using two = await startServers();
    await using one = await startServers({ printers: ['only'] });
    const ask = { operation: 'Get-Printer-Attributes', printer: '' } as const;
    assert.equal((await askIpp(two.httpPort, ask)).status, 'client-error-not-found');
    const { message } = await askIpp(one.httpPort, ask);
    assert.equal(first(message, 'printer-attributes', 'printer-name')?.value, 'only');
  });
});

describe('jobs by IPP', () => {
  test('Print-Job hands everything to intake', async () => {
    await using servers = await startServers();
    const answer = await askIpp(servers.httpPort, {
      operation: 'Print-Job',
      user: 'Zoë',
      operationAttributes: [
        attribute('job-name', name('Rechnung')),
        attribute('document-name', name('r.pdf')),
        attribute('document-format', mimeMediaType('application/pdf')),
      ],
      ticket: [
        attribute('copies', integer(3)),
        attribute('job-priority', integer(80)),
        attribute('job-hold-until', keyword('indefinite')),
        attribute('media', keyword('na_letter_8.5x11in')),
      ],
      document,
    });
    assert.equal(answer.status, 'successful-ok');
    assert.equal(jobStateIn(answer), 4);
    const [request] = servers.spooler.requests;
    assert.deepEqual(request, {
      printerId: '00000000-0000-4000-9000-000000000001',
      name: 'Rechnung',
      origin: { door: 'ipp', userName: 'Zoë', address: '127.0.0.1', authenticated: false },
      hold: { kind: 'indefinite' },
      attributes: {
        copies: 3,
        'job-priority': 80,
        'job-hold-until': 'indefinite',
        media: 'na_letter_8.5x11in',
      },
      copies: 3,
      priority: 80,
      document: {
        name: 'r.pdf',
        format: 'application/pdf',
        compression: 'none',
        sizeBytes: document.length,
      },
    });
    assert.ok(document.equals(servers.spooler.documents[0]?.bytes ?? Buffer.alloc(0)));
    const seen = await askIpp(servers.httpPort, { operation: 'Get-Job-Attributes', job: 1 });
    assert.equal(first(seen.message, 'job-attributes', 'media')?.value, 'na_letter_8.5x11in');
    assert.equal(first(seen.message, 'job-attributes', 'copies')?.value, 3);
  });

  test('what is not supported is told, and refused where fidelity is asked for', async () => {
    await using servers = await startServers();
    const ticket = [
      attribute('copies', integer(2)),
      attribute('sides', keyword('two-sided-long-edge')),
      attribute('print-quality', enumValue(5)),
      attribute('glitter', boolean(true)),
    ];
    const loose = await askIpp(servers.httpPort, { operation: 'Print-Job', ticket, document });
    assert.equal(loose.status, 'successful-ok-ignored-or-substituted-attributes');
    const unsupported = ['sides', 'print-quality', 'glitter'];
    assert.deepEqual(namesIn(loose, 'unsupported-attributes'), unsupported);
    assert.equal(first(loose.message, 'unsupported-attributes', 'glitter')?.syntax, 'unsupported');
    assert.equal(servers.spooler.requests[0]?.copies, 2);
    const strict = await askIpp(servers.httpPort, {
      operation: 'Print-Job',
      operationAttributes: [attribute('ipp-attribute-fidelity', boolean(true))],
      ticket,
      document,
    });
    assert.equal(strict.status, 'client-error-attributes-or-values-not-supported');
    assert.deepEqual(namesIn(strict, 'unsupported-attributes'), unsupported);
    assert.equal(servers.spooler.documents.length, 1);
  });

  test('formats and compressions that are not there are refused before the document', async () => {
    await using servers = await startServers();
    for (const [wrong, status] of [
      [
        attribute('document-format', mimeMediaType('image/pwg-raster')),
        'client-error-document-format-not-supported',
      ],
      [attribute('compression', keyword('zip')), 'client-error-compression-not-supported'],
    ] as const) {
      for (const operation of ['Print-Job', 'Validate-Job'] as const) {
        const ask = { operation, operationAttributes: [wrong], document };
        assert.equal((await askIpp(servers.httpPort, ask)).status, status);
      }
    }
    const zipped = await askIpp(servers.httpPort, {
      operation: 'Print-Job',
      operationAttributes: [attribute('compression', keyword('gzip'))],
      document: gzipSync(document),
    });
    assert.equal(zipped.status, 'successful-ok');
    assert.ok(document.equals(servers.spooler.documents[0]?.bytes ?? Buffer.alloc(0)));
  });

  test('refusals become the status of the error table', async () => {
    await using servers = await startServers();
    const statuses: readonly (readonly [ErrorCode, string])[] = [
      ['spool-full', 'server-error-temporary-error'],
      ['busy', 'server-error-busy'],
      ['printer-not-accepting', 'server-error-not-accepting-jobs'],
      ['job-too-large', 'client-error-request-entity-too-large'],
      ['queue-full', 'server-error-too-many-jobs'],
      ['user-quota', 'client-error-account-limit-reached'],
      ['store-failed', 'server-error-internal-error'],
    ];
    for (const [code, status] of statuses) {
      servers.spooler.refuseWith = code;
      for (const operation of ['Print-Job', 'Validate-Job', 'Create-Job'] as const) {
        const answer = await askIpp(servers.httpPort, { operation, document });
        assert.equal(answer.status, status, `${operation} ${code}`);
      }
    }
  });

  test('Create-Job and Send-Document, by URI and by number', async () => {
    await using servers = await startServers();
    const created = await askIpp(servers.httpPort, { operation: 'Create-Job' });
    const jobUri = payloadOf(first(created.message, 'job-attributes', 'job-uri'), 'uri') ?? '';
    const send = (last: boolean, ask: Partial<IppAsk>) =>
      askIpp(servers.httpPort, {
        operation: 'Send-Document',
        ...ask,
        operationAttributes: [
          ...(ask.operationAttributes ?? []),
          attribute('last-document', boolean(last)),
        ],
      });
    const byUri = [attribute('job-uri', uri(jobUri))];
    const one = await send(false, { operationAttributes: byUri, document });
    assert.equal(one.status, 'successful-ok');
    const none = await send(false, { job: 1 });
    assert.equal(none.status, 'client-error-bad-request');
    const foreign = await send(true, { job: 1, user: 'bob', document });
    assert.equal(foreign.status, 'client-error-forbidden');
    assert.equal((await send(true, { job: 1 })).status, 'successful-ok');
    assert.equal((await send(true, { job: 1, document })).status, 'client-error-not-possible');
    assert.equal((await send(true, { job: 2, document })).status, 'client-error-not-found');
    const elsewhere = await send(true, { job: 1, printer: 'labels', document });
    assert.equal(elsewhere.status, 'client-error-not-found');
    assert.equal(servers.spooler.documents.length, 1);
    const missing = await askIpp(servers.httpPort, {
      operation: 'Send-Document',
      job: 1,
      document,
    });
    assert.equal(missing.status, 'client-error-bad-request');
  });

  test('only the owner cancels, nobody only from its address', async () => {
    await using servers = await startServers();
    for (const user of ['ann', '']) {
      await askIpp(servers.httpPort, { operation: 'Print-Job', user, document });
    }
    const cancel = async (job: number, user: string) =>
      (await askIpp(servers.httpPort, { operation: 'Cancel-Job', job, user })).status;
    assert.equal(await cancel(1, 'bob'), 'client-error-forbidden');
    assert.equal(await cancel(1, ''), 'client-error-forbidden');
    assert.equal(await cancel(1, 'ann'), 'successful-ok');
    assert.equal(await cancel(1, 'ann'), 'client-error-not-possible');
    assert.equal(await cancel(2, ''), 'successful-ok');
    assert.equal(await cancel(3, 'ann'), 'client-error-not-found');
  });

  test('Get-Jobs lists by state, owner and number', async () => {
    await using servers = await startServers();
    for (const user of ['ann', 'bob', 'ann']) {
      await askIpp(servers.httpPort, { operation: 'Print-Job', user, document });
    }
    await askIpp(servers.httpPort, { operation: 'Cancel-Job', job: 1 });
    const list = async (...operationAttributes: readonly IppAttribute[]) => {
      const answer = await askIpp(servers.httpPort, { operation: 'Get-Jobs', operationAttributes });
      const jobs = answer.message.groups.filter(({ tag }) => tag === 'job-attributes');
      const ids = jobs.map(({ attributes }) =>
        payloadOf(attributes.find((each) => each.name === 'job-id')?.values[0], 'integer'),
      );
      return { status: answer.status, ids, attributes: jobs[0]?.attributes.map((a) => a.name) };
    };
    assert.deepEqual((await list()).ids, [2, 3]);
    assert.deepEqual((await list()).attributes, ['job-uri', 'job-id']);
    assert.deepEqual((await list(attribute('my-jobs', boolean(true)))).ids, [3]);
    assert.deepEqual((await list(attribute('which-jobs', keyword('completed')))).ids, [1]);
    const all = attribute('which-jobs', keyword('all'));
    assert.deepEqual((await list(all, attribute('limit', integer(2)))).ids, [1, 2]);
    assert.equal((await list(attribute('limit', integer(0)))).status, 'client-error-bad-request');
    const odd = await list(attribute('which-jobs', keyword('odd')));
    assert.equal(odd.status, 'client-error-attributes-or-values-not-supported');
  });

  test('an operation attribute that is not known is passed over and told', async () => {
    await using servers = await startServers();
    const answer = await askIpp(servers.httpPort, {
      operation: 'Print-Job',
      operationAttributes: [attribute('x-mood', keyword('fine'))],
      document,
    });
    assert.equal(answer.status, 'successful-ok-ignored-or-substituted-attributes');
    assert.deepEqual(namesIn(answer, 'unsupported-attributes'), ['x-mood']);
  });
});

describe('held jobs by IPP', () => {
  test('wait until their owner releases them', async () => {
    await using servers = await startServers();
    const ticket = [attribute('job-hold-until', keyword('indefinite'))];
    const held = await askIpp(servers.httpPort, { operation: 'Print-Job', ticket, document });
    assert.equal(jobStateIn(held), 4);
    const release = async (user: string) =>
      (await askIpp(servers.httpPort, { operation: 'Release-Job', job: 1, user })).status;
    assert.equal(await release('bob'), 'client-error-forbidden');
    assert.equal(await release('ann'), 'successful-ok');
    assert.equal(await release('ann'), 'client-error-not-possible');
    const seen = await askIpp(servers.httpPort, { operation: 'Get-Job-Attributes', job: 1 });
    assert.equal(jobStateIn(seen), 3);
  });
});
