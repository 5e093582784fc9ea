// Operations on jobs and printers beyond printing: who may, what the spooler is asked for, what
// clients are told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ippOperationRows } from '../../firmware/servers/ipp/operations/table.ts';
import type { IppAttribute } from '../../monitors/wire/ipp/message.ts';
import type { IppOperationName } from '../../monitors/wire/ipp/operations.ts';
import {
  attribute,
  boolean,
  first,
  groupOf,
  integer,
  keyword,
  name,
  outOfBand,
  payloadOf,
  text,
} from '../../monitors/wire/ipp/values.ts';
import { startServers, type Harness } from './harness.ts';
import { askIpp, type IppAsk } from './ipp-client.ts';

const document = Buffer.from('a document');
const operator = { name: 'olga', role: 'operator' } as const;
const administrator = { name: 'adam', role: 'administrator' } as const;

async function print(servers: Harness, user = 'ann'): Promise<void> {
  const { status } = await askIpp(servers.httpPort, { operation: 'Print-Job', user, document });
  assert.equal(status, 'successful-ok');
}

async function status(servers: Harness, ask: IppAsk): Promise<string> {
  return (await askIpp(servers.httpPort, ask)).status;
}

const switches: readonly (readonly [IppOperationName, readonly string[]])[] = [
  ['Pause-Printer', ['disable']],
  ['Pause-Printer-After-Current-Job', ['disable']],
  ['Resume-Printer', ['enable']],
  ['Enable-Printer', ['accept']],
  ['Disable-Printer', ['reject']],
  ['Hold-New-Jobs', ['hold-new-jobs']],
  ['Release-Held-New-Jobs', ['release-held-new-jobs']],
  ['Deactivate-Printer', ['reject', 'disable']],
  ['Activate-Printer', ['enable', 'accept']],
  ['Shutdown-Printer', ['reject', 'disable']],
  ['Startup-Printer', ['enable', 'accept']],
  ['Restart-Printer', ['enable', 'accept']],
];

describe('printers by IPP', () => {
  test('each switch is one of the spooler’s, in the name of whoever asks', async () => {
    await using servers = await startServers({ by: operator });
    for (const [operation, expected] of switches) {
      servers.spooler.calls.length = 0;
      const note = attribute('printer-message-from-operator', text('Out to lunch.'));
      const ask = { operation, operationAttributes: [note] };
      assert.equal(await status(servers, ask), 'successful-ok', operation);
      const calls = servers.spooler.calls;
      assert.deepEqual(
        calls.map(({ what }) => what),
        expected,
        operation,
      );
      assert.deepEqual(calls[0]?.['by'], { kind: 'user', ...operator });
      assert.equal(calls[0]?.['note'], 'Out to lunch.');
    }
  });

  test('settings are set all or none, by administrators', async () => {
    await using servers = await startServers({ by: administrator });
    const set = (...printer: readonly IppAttribute[]) =>
      askIpp(servers.httpPort, { operation: 'Set-Printer-Attributes', printerGroup: printer });
    const good = await set(
      attribute('printer-location', text('2nd floor')),
      attribute('printer-info', outOfBand.deleteAttribute),
      attribute('media-default', keyword('na_letter_8.5x11in')),
    );
    assert.equal(good.status, 'successful-ok');
    assert.deepEqual(servers.spooler.calls.at(-1), {
      what: 'change-printer',
      id: '00000000-0000-4000-9000-000000000001',
      settings: {
        location: '2nd floor',
        description: '',
        defaults: { media: 'na_letter_8.5x11in' },
      },
      by: { kind: 'user', ...administrator },
    });
    const fixed = await set(
      attribute('printer-location', text('x')),
      attribute('printer-name', name('y')),
    );
    assert.equal(fixed.status, 'client-error-attributes-not-settable');
    const unsupported = groupOf(fixed.message, 'unsupported-attributes')?.attributes;
    assert.deepEqual(unsupported, [attribute('printer-name', outOfBand.notSettable)]);
    const odd = await set(attribute('media-default', keyword('a4')));
    assert.equal(odd.status, 'client-error-attributes-or-values-not-supported');
    assert.equal((await set()).status, 'client-error-bad-request');
    assert.equal(servers.spooler.calls.length, 1);
  });

  test('nobody else sets anything', async () => {
    await using servers = await startServers({ by: operator });
    const printerGroup = [attribute('printer-location', text('2nd floor'))];
    const ask = { operation: 'Set-Printer-Attributes', printerGroup } as const;
    assert.equal(await status(servers, ask), 'client-error-forbidden');
    assert.deepEqual(servers.spooler.calls, []);
  });

  test('the values that can be set are told', async () => {
    await using servers = await startServers();
    const { message } = await askIpp(servers.httpPort, {
      operation: 'Get-Printer-Supported-Values',
    });
    const value = (each: string) => first(message, 'printer-attributes', each);
    assert.equal(value('printer-location')?.syntax, 'admin-define');
    assert.equal(value('sides-default')?.value, 'one-sided');
    assert.equal(value('printer-name'), undefined);
  });

  test('CUPS’s clients are told all printers', async () => {
    await using servers = await startServers();
    const { message } = await askIpp(servers.httpPort, { operation: 'CUPS-Get-Printers' });
    const names = message.groups
      .filter(({ tag }) => tag === 'printer-attributes')
      .map(({ attributes }) => attributes.find((each) => each.name === 'printer-name')?.values[0]);
    assert.deepEqual(names, [name('office'), name('labels')]);
    const ask = { operation: 'CUPS-Get-Default' } as const;
    assert.equal(await status(servers, ask), 'client-error-not-found');
  });

  test('Identify-Printer reaches whoever can show it', async () => {
    const said: string[] = [];
    await using servers = await startServers({
      identify: (_spooler, printer, message) => void said.push(`${printer.name}: ${message}`),
    });
    const operationAttributes = [attribute('message', text('Here!'))];
    await askIpp(servers.httpPort, { operation: 'Identify-Printer', operationAttributes });
    assert.deepEqual(said, ['office: Here!']);
  });
});

describe('jobs by IPP, once they are there', () => {
  const asks: readonly {
    readonly operation: IppOperationName;
    readonly more?: readonly IppAttribute[];
    readonly call: Readonly<Record<string, unknown>>;
  }[] = [
    { operation: 'Hold-Job', call: { what: 'hold', hold: { kind: 'indefinite' } } },
    {
      operation: 'Hold-Job',
      more: [attribute('job-hold-until', keyword('night'))],
      call: { what: 'hold', hold: { kind: 'period', period: 'night' } },
    },
    { operation: 'Restart-Job', call: { what: 'reprint', request: {} } },
    { operation: 'Reprocess-Job', call: { what: 'reprint', request: {} } },
    { operation: 'Resubmit-Job', call: { what: 'reprint', request: {} } },
    { operation: 'Promote-Job', call: { what: 'change', changes: { priority: 100 } } },
    { operation: 'Schedule-Job-After', call: { what: 'change', changes: { priority: 100 } } },
    {
      operation: 'Schedule-Job-After',
      more: [attribute('predecessor-job-id', integer(2))],
      call: { what: 'change', changes: { priority: 49 } },
    },
  ];

  test('owners do with them what the spooler allows, others nothing', async () => {
    await using servers = await startServers();
    await print(servers);
    await print(servers);
    for (const { operation, more = [], call } of asks) {
      const ask = { operation, job: 1, operationAttributes: more };
      assert.equal(await status(servers, ask), 'successful-ok', operation);
      assert.partialDeepStrictEqual(servers.spooler.calls.at(-1), call, operation);
      const before = servers.spooler.calls.length;
      assert.equal(
        await status(servers, { ...ask, user: 'bob' }),
        'client-error-forbidden',
        operation,
      );
      assert.equal(servers.spooler.calls.length, before);
    }
    const odd = [attribute('job-hold-until', keyword('doomsday'))];
    assert.equal(
      await status(servers, { operation: 'Hold-Job', job: 1, operationAttributes: odd }),
      'client-error-attributes-or-values-not-supported',
    );
    const self = [attribute('predecessor-job-id', integer(1))];
    assert.equal(
      await status(servers, { operation: 'Schedule-Job-After', job: 1, operationAttributes: self }),
      'client-error-not-found',
    );
  });

  test('attributes are set all or none', async () => {
    await using servers = await startServers();
    await print(servers);
    const set = (...ticket: readonly IppAttribute[]) =>
      askIpp(servers.httpPort, { operation: 'Set-Job-Attributes', job: 1, ticket });
    const good = await set(
      attribute('job-name', name('Better')),
      attribute('copies', integer(2)),
      attribute('media', keyword('na_letter_8.5x11in')),
      attribute('sides', outOfBand.deleteAttribute),
      attribute('job-hold-until', keyword('indefinite')),
    );
    assert.equal(good.status, 'successful-ok');
    assert.equal(servers.spooler.calls.length, 2);
    assert.partialDeepStrictEqual(servers.spooler.calls, [
      {
        what: 'change',
        changes: {
          name: 'Better',
          copies: 2,
          attributes: { media: 'na_letter_8.5x11in', sides: null },
        },
      },
      { what: 'hold', hold: { kind: 'indefinite' } },
    ]);
    const unknown = await set(attribute('copies', integer(3)), attribute('job-id', integer(9)));
    assert.equal(unknown.status, 'client-error-attributes-not-settable');
    const wrong = await set(attribute('copies', integer(-1)));
    assert.equal(wrong.status, 'client-error-attributes-or-values-not-supported');
    assert.equal((await set()).status, 'client-error-bad-request');
    assert.equal(servers.spooler.calls.length, 2);
  });

  test('Cancel-My-Jobs ends a client’s own, Cancel-Jobs needs an operator', async () => {
    await using servers = await startServers();
    await print(servers, 'ann');
    await print(servers, 'bob');
    await print(servers, 'ann');
    assert.equal(await status(servers, { operation: 'Cancel-Jobs' }), 'client-error-forbidden');
    assert.equal(await status(servers, { operation: 'Purge-Jobs' }), 'client-error-forbidden');
    const foreign = [attribute('job-ids', integer(1), integer(2))];
    assert.equal(
      await status(servers, { operation: 'Cancel-My-Jobs', operationAttributes: foreign }),
      'client-error-forbidden',
    );
    const missing = [attribute('job-ids', integer(1), integer(77))];
    assert.equal(
      await status(servers, { operation: 'Cancel-My-Jobs', operationAttributes: missing }),
      'client-error-not-found',
    );
    assert.equal(await status(servers, { operation: 'Cancel-My-Jobs' }), 'successful-ok');
    const states = await Promise.all([1, 2, 3].map((job) => servers.spooler.jobs.find(job)));
    assert.deepEqual(
      states.map((job) => job?.state),
      ['canceled', 'pending', 'canceled'],
    );
  });

  test('operators cancel and purge everything', async () => {
    await using servers = await startServers({ by: operator });
    await print(servers);
    assert.equal(await status(servers, { operation: 'Cancel-Jobs' }), 'successful-ok');
    assert.equal(servers.spooler.calls.at(-1)?.what, 'cancel-all');
    const one = [attribute('job-ids', integer(1))];
    assert.equal(
      await status(servers, { operation: 'Cancel-Jobs', operationAttributes: one }),
      'successful-ok',
    );
    assert.equal((await servers.spooler.jobs.find(1))?.state, 'canceled');
    assert.equal(await status(servers, { operation: 'Purge-Jobs' }), 'successful-ok');
    assert.equal(servers.spooler.calls.at(-1)?.what, 'remove');
    const current = { operation: 'Cancel-Current-Job' } as const;
    assert.equal(await status(servers, current), 'client-error-not-possible');
  });

  test('documents are listed and told, and can’t be changed', async () => {
    await using servers = await startServers();
    await askIpp(servers.httpPort, { operation: 'Create-Job' });
    for (const last of [false, true]) {
      const operationAttributes = [attribute('last-document', boolean(last))];
      await askIpp(servers.httpPort, {
        operation: 'Send-Document',
        job: 1,
        operationAttributes,
        document,
      });
    }
    const listed = await askIpp(servers.httpPort, { operation: 'Get-Documents', job: 1 });
    const groups = listed.message.groups.filter(({ tag }) => tag === 'document-attributes');
    assert.deepEqual(
      groups.map(({ attributes }) => attributes),
      [[attribute('document-number', integer(1))], [attribute('document-number', integer(2))]],
    );
    const number = (value: number) => [attribute('document-number', integer(value))];
    const of = (operation: IppOperationName, value: number) =>
      askIpp(servers.httpPort, { operation, job: 1, operationAttributes: number(value) });
    const second = await of('Get-Document-Attributes', 2);
    const last = first(second.message, 'document-attributes', 'last-document');
    assert.equal(payloadOf(last, 'boolean'), true);
    assert.equal((await of('Get-Document-Attributes', 3)).status, 'client-error-not-found');
    assert.equal((await of('Cancel-Document', 1)).status, 'client-error-not-possible');
    const set = await of('Set-Document-Attributes', 1);
    assert.equal(set.status, 'client-error-attributes-not-settable');
  });

  test('Close-Job ends what Create-Job began', async () => {
    await using servers = await startServers();
    await askIpp(servers.httpPort, { operation: 'Create-Job' });
    const close = (user: string) => status(servers, { operation: 'Close-Job', job: 1, user });
    assert.equal(await close('bob'), 'client-error-forbidden');
    assert.equal(await close('ann'), 'successful-ok');
    assert.equal((await servers.spooler.jobs.find(1))?.incoming, false);
    assert.equal(await close('ann'), 'successful-ok');
  });

  test('Get-Jobs takes numbers, states and a place to begin', async () => {
    await using servers = await startServers();
    for (let count = 0; count < 4; count += 1) await print(servers);
    await status(servers, { operation: 'Cancel-Job', job: 2 });
    const ids = async (...operationAttributes: readonly IppAttribute[]) => {
      const { message } = await askIpp(servers.httpPort, {
        operation: 'Get-Jobs',
        operationAttributes,
      });
      return message.groups
        .filter(({ tag }) => tag === 'job-attributes')
        .map(
          ({ attributes }) => attributes.find((each) => each.name === 'job-id')?.values[0]?.value,
        );
    };
    const which = (word: string) => attribute('which-jobs', keyword(word));
    assert.deepEqual(await ids(attribute('job-ids', integer(3), integer(9))), [3]);
    assert.deepEqual(await ids(which('canceled')), [2]);
    assert.deepEqual(await ids(which('pending')), [1, 3, 4]);
    assert.deepEqual(await ids(which('proof-print')), []);
    const second = attribute('first-index', integer(2));
    assert.deepEqual(await ids(second, attribute('limit', integer(1))), [3]);
  });

  test('job-mandatory-attributes refuse what fidelity would let pass', async () => {
    await using servers = await startServers();
    const ask = {
      operation: 'Validate-Job',
      ticket: [attribute('sides', keyword('two-sided-long-edge'))],
    } as const;
    const mandatory = (each: string) => [attribute('job-mandatory-attributes', keyword(each))];
    assert.equal(
      await status(servers, { ...ask, operationAttributes: mandatory('media') }),
      'successful-ok-ignored-or-substituted-attributes',
    );
    assert.equal(
      await status(servers, { ...ask, operationAttributes: mandatory('sides') }),
      'client-error-attributes-or-values-not-supported',
    );
  });
});

describe('the table of operations', () => {
  test('has each once, with its clause', () => {
    const names = ippOperationRows.map((row) => row.name);
    assert.equal(new Set(names).size, names.length);
    for (const { clause } of ippOperationRows) assert.match(clause, /^(RFC|PWG) \d/);
  });
});
