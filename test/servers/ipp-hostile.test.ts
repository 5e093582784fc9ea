// Hostile IPP: each case gets a proper error, nothing of it reaches the spooler, and others are
// served meanwhile.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import {
  attribute,
  charset,
  group,
  keyword,
  naturalLanguage,
  uri,
} from '../../monitors/wire/ipp/values.ts';
import { startServers } from './harness.ts';
import { askIpp, httpHead, ippAnswer, ippMessage, ippOctets, post } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

const printJob = ippOctets({ operation: 'Print-Job' });
const document = Buffer.from('%!PS not much');
const endOfAttributes = printJob.length;

/** The octets with some of them replaced. */
function patched(octets: Buffer, at: number, ...values: readonly number[]): Buffer {
  const copy = Buffer.concat([octets, document]);
  copy.set(values, at);
  return copy;
}

function withoutFirst(count: number): Buffer {
  const message = ippMessage({ operation: 'Print-Job' });
  const [first, ...more] = message.groups;
  const shorter = group('operation-attributes', ...(first?.attributes.slice(count) ?? []));
  return Buffer.concat([encodeIppMessage({ ...message, groups: [shorter, ...more] }), document]);
}

function manyAttributes(count: number): Buffer {
  const one = Buffer.from([0x21, 0, 1, 0x61, 0, 4, 0, 0, 0, 1]);
  const flood = Buffer.alloc(count * one.length, one);
  return Buffer.concat([
    printJob.subarray(0, endOfAttributes - 1),
    flood,
    Buffer.from([3]),
    document,
  ]);
}

const charsetLengthAt = 8 + 1 + 1 + 2 + 'attributes-charset'.length;
const message = ippMessage({ operation: 'Print-Job' });
const [operationGroup] = message.groups;
const jobGroup = group('job-attributes', attribute('sides', keyword('one-sided')));

const cases: readonly { what: string; octets: Buffer; status: string }[] = [
  {
    what: 'version 0.0',
    octets: patched(printJob, 0, 0, 0),
    status: 'server-error-version-not-supported',
  },
  {
    what: 'version 9.9',
    octets: patched(printJob, 0, 9, 9),
    status: 'server-error-version-not-supported',
  },
  {
    what: 'an unknown operation',
    octets: patched(printJob, 2, 0x3f, 0xff),
    status: 'server-error-operation-not-supported',
  },
  {
    what: 'an operation that is not ours',
    octets: patched(printJob, 2, 0, 3),
    status: 'server-error-operation-not-supported',
  },
  {
    what: 'request-id 0',
    octets: patched(printJob, 4, 0, 0, 0, 0),
    status: 'client-error-bad-request',
  },
  {
    what: 'a negative request-id',
    octets: patched(printJob, 4, 0xff, 0xff, 0xff, 0xff),
    status: 'client-error-bad-request',
  },
  {
    what: 'a delimiter tag of nothing',
    octets: patched(printJob, 8, 0),
    status: 'client-error-bad-request',
  },
  {
    what: 'a value before any group',
    octets: Buffer.concat([printJob.subarray(0, 8), printJob.subarray(9), document]),
    status: 'client-error-bad-request',
  },
  {
    what: 'a member name outside a collection',
    octets: patched(printJob, 9, 0x4a),
    status: 'client-error-bad-request',
  },
  {
    what: 'the end of a collection that never began',
    octets: patched(printJob, 9, 0x37),
    status: 'client-error-bad-request',
  },
  {
    what: 'a name length past the end',
    octets: patched(printJob, 10, 0x7f, 0xff),
    status: 'client-error-request-value-too-long',
  },
  {
    what: 'a value length past the end',
    octets: patched(printJob, charsetLengthAt, 0x7f, 0xff),
    status: 'client-error-bad-request',
  },
  {
    what: 'a negative length',
    octets: patched(printJob, charsetLengthAt, 0xff, 0xff),
    status: 'client-error-bad-request',
  },
  {
    what: '100,000 attributes',
    octets: manyAttributes(100_000),
    status: 'client-error-request-entity-too-large',
  },
  { what: 'no charset', octets: withoutFirst(1), status: 'client-error-bad-request' },
  {
    what: 'no charset and no language',
    octets: withoutFirst(2),
    status: 'client-error-bad-request',
  },
  { what: 'no printer-uri', octets: withoutFirst(3), status: 'client-error-bad-request' },
  {
    what: 'the language before the charset',
    octets: encoded(
      group(
        'operation-attributes',
        attribute('attributes-natural-language', naturalLanguage('en')),
        attribute('attributes-charset', charset('utf-8')),
        attribute('printer-uri', uri('ipp://localhost/ipp/print/office')),
      ),
    ),
    status: 'client-error-bad-request',
  },
  {
    what: 'another charset',
    octets: encoded(
      group(
        'operation-attributes',
        attribute('attributes-charset', charset('utf-16')),
        attribute('attributes-natural-language', naturalLanguage('en')),
        attribute('printer-uri', uri('ipp://localhost/ipp/print/office')),
      ),
    ),
    status: 'client-error-charset-not-supported',
  },
  { what: 'no group at all', octets: encoded(), status: 'client-error-bad-request' },
  {
    what: 'job attributes first',
    octets: encoded(jobGroup, operationGroup),
    status: 'client-error-bad-request',
  },
  {
    what: 'operation attributes twice',
    octets: encoded(operationGroup, operationGroup),
    status: 'client-error-bad-request',
  },
  {
    what: 'job attributes twice',
    octets: encoded(operationGroup, jobGroup, jobGroup),
    status: 'client-error-bad-request',
  },
  {
    what: 'an attribute twice',
    octets: ippOctets({
      operation: 'Print-Job',
      operationAttributes: [attribute('printer-uri', uri('ipp://localhost/ipp/print/labels'))],
      document,
    }),
    status: 'client-error-bad-request',
  },
  {
    what: 'job-name as a keyword',
    octets: ippOctets({
      operation: 'Print-Job',
      operationAttributes: [attribute('job-name', keyword('a'))],
      document,
    }),
    status: 'client-error-bad-request',
  },
  {
    what: 'two values where there is one',
    octets: ippOctets({
      operation: 'Print-Job',
      operationAttributes: [attribute('compression', keyword('none'), keyword('none'))],
      document,
    }),
    status: 'client-error-bad-request',
  },
  { what: 'no document', octets: printJob, status: 'client-error-bad-request' },
  ...[
    'nobody',
    '..',
    '%2e%2e',
    'office%00',
    'office%2fx',
    '%ff',
    'office/../office',
    'office%',
    'x'.repeat(300),
  ].map((printer) => ({
    what: `the printer ${printer.slice(0, 20)}`,
    octets: ippOctets({ operation: 'Print-Job', printer, document }),
    status: 'client-error-not-found',
  })),
  ...['', 'ipp:', 'file:///etc/passwd', 'ipp://localhost', 'ipp://localhost/admin'].map(
    (target) => ({
      what: `the URI "${target}"`,
      octets: encoded(
        group(
          'operation-attributes',
          attribute('attributes-charset', charset('utf-8')),
          attribute('attributes-natural-language', naturalLanguage('en')),
          attribute('printer-uri', uri(target)),
        ),
      ),
      status: 'client-error-not-found',
    }),
  ),
];

function encoded(...groups: readonly (typeof operationGroup)[]): Buffer {
  const given = groups.filter((each) => each !== undefined);
  return Buffer.concat([encodeIppMessage({ ...message, groups: given }), document]);
}

describe('hostile IPP', () => {
  test('each case gets its status, with its request-id, and makes no job', async () => {
    await using servers = await startServers();
    for (const { what, octets, status } of cases) {
      const answer = ippAnswer(await post(servers.httpPort, octets));
      assert.equal(answer.status, status, what);
      assert.equal(answer.message.requestId, octets.readInt32BE(4), what);
      assert.equal(
        (await askIpp(servers.httpPort, { operation: 'Get-Jobs' })).status,
        'successful-ok',
      );
    }
    assert.deepEqual(servers.spooler.documents, []);
    assert.deepEqual(servers.faults, []);
  });

  test('the answer has the version of the request, or the closest there is', async () => {
    await using servers = await startServers();
    const asked = ippOctets({ operation: 'Get-Printer-Attributes' });
    for (const [major, minor, answered] of [
      [1, 0, '1.0'],
      [1, 1, '1.1'],
      [1, 7, '1.1'],
      [2, 0, '2.0'],
      [2, 1, '2.1'],
      [2, 2, '2.2'],
      [2, 9, '2.2'],
      [0, 9, '1.0'],
      [3, 0, '2.2'],
    ] as const) {
      const octets = Buffer.from(asked);
      octets.set([major, minor]);
      const { message } = ippAnswer(await post(servers.httpPort, octets));
      assert.equal(`${message.version.major}.${message.version.minor}`, answered);
    }
  });

  test('a request cut off at any octet is refused, by HTTP where no header came', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.httpPort);
    for (let length = 0; length < endOfAttributes; length += 1) {
      client.send(httpHead(length), printJob.subarray(0, length));
      const answer = await client.answer();
      if (length < 8) assert.equal(answer.status, 400, `${length} octets`);
      else assert.equal(ippAnswer(answer).status, 'client-error-bad-request', `${length} octets`);
    }
    client.close();
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('a client that stops at any place leaves no job and nobody waiting', async () => {
    await using servers = await startServers({ http: { connections: 1_000 } });
    const octets = Buffer.concat([printJob, document]);
    const head = httpHead(octets.length);
    const whole = Buffer.concat([Buffer.from(head), octets]);
    const places = Array.from({ length: whole.length }, (_, at) => at).filter((at) => at % 7 === 0);
    const stopped = await Promise.all(
      places.map(async (at) => (await WireClient.to(servers.httpPort)).send(whole.subarray(0, at))),
    );
    assert.equal(
      (await askIpp(servers.httpPort, { operation: 'Get-Jobs' })).status,
      'successful-ok',
    );
    for (const [index, client] of stopped.entries()) {
      if (index % 2 === 0) client.reset();
      else client.finish();
    }
    await Promise.all(stopped.map((client) => client.over()));
    assert.deepEqual(servers.spooler.documents, []);
    assert.deepEqual(servers.faults, []);
  });
});
