// The command line over the API: what people and programs read, and how it refuses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problem } from '../../firmware/api/schemas/problem.ts';
import { type ApiClient, CliError } from '../../firmware/cli/command.ts';
import { ApiFixture, type Answered } from '../api/fixture.ts';
import { platenSays } from './console.ts';

function clientOf(fixture: ApiFixture): ApiClient {
  const read = ({ status, json }: Answered): unknown => {
    if (status < 300) return json;
    throw new CliError(problem.parse(json).detail);
  };
  return {
    get: async (path, schema) => schema.parse(read(await fixture.ask({ path: `/api/v1${path}` }))),
    send: async (method, path, body, schema) =>
      schema.parse(
        read(
          await fixture.ask({
            method,
            path: `/api/v1${path}`,
            ...(body === undefined ? {} : { json: body }),
          }),
        ),
      ),
    async change(path, schema, changesOf) {
      const asked = { path: `/api/v1${path}` };
      const first = await fixture.ask(asked);
      const headers = { 'if-match': first.headers?.['etag'] ?? '' };
      const json = changesOf(schema.parse(read(first)));
      return schema.parse(read(await fixture.ask({ ...asked, method: 'PATCH', json, headers })));
    },
    download: async () => {
      throw new CliError('this fixture makes no files');
    },
    async upload(path, type, body, schema) {
      const bytes: Uint8Array[] = [];
      for await (const chunk of body) bytes.push(chunk);
      const headers = { 'content-type': type };
      const asked = { method: 'POST', path: `/api/v1${path}`, bytes, headers };
      return schema.parse(read(await fixture.ask(asked)));
    },
  };
}

function house() {
  const fixture = new ApiFixture();
  const api = clientOf(fixture);
  const says = (line: string, documents?: Readonly<Record<string, string>>) =>
    platenSays(api, line === '' ? [] : line.split(' '), documents);
  return { fixture, says };
}

describe('for people', () => {
  test('lists are tables', async () => {
    const { out, status } = await house().says('printer list');
    assert.equal(status, 0);
    assert.deepEqual(
      out.split('\n').map((line) => line.split(/ {2,}/)),
      [
        ['NAME', 'STATE', 'JOBS', 'PORTS', 'RAW PORT', 'LOCATION'],
        ['labels', 'idle', '0', '', '-', 'here'].filter((cell) => cell !== ''),
        ['office', 'idle', '0', '', '-', 'here'].filter((cell) => cell !== ''),
        [''],
      ],
    );
  });

  test('status names what is wrong', async () => {
    const { fixture, says } = house();
    fixture.fake.status = {
      state: 'stopped',
      reasons: ['media-empty-error'],
      message: 'load paper',
      queuedJobCount: 3,
    };
    assert.match((await says('status')).out, /^office +stopped: load paper +3$/m);
  });

  test('a name from a client can not move the cursor', async () => {
    const { says } = house();
    const evil = { '-': 'x' };
    await says('print - --printer office --name \u001b[2Jgone', evil);
    const { out } = await says('job list');
    assert.ok(!out.includes('\u001b'));
    assert.match(out, /\\x1b\[2Jgone/);
  });

  test('nor turn a line round, in lists and in what goes wrong', async () => {
    const { says } = house();
    await says('print - --printer office --name \u202egone', { '-': 'x' });
    assert.match((await says('job list')).out, /\\x202egone/);
    const { errors } = await says('printer show \u202eevil');
    assert.match(errors[0] ?? '', /"\\x202eevil"/);
  });
});

describe('for programs', () => {
  test('--json is the API’s own answer', async () => {
    const { out } = await house().says('printer show office --json');
    assert.partialDeepStrictEqual(JSON.parse(out), { name: 'office', spooler: 'fake' });
  });
});

describe('printers', () => {
  test('are added, changed and removed', async () => {
    const { says } = house();
    assert.equal((await says('printer add lab --port lp1 --location upstairs')).status, 0);
    assert.match((await says('printer show lab')).out, /^ports +lp1$/m);
    assert.match((await says('printer change lab --enabled no')).out, /^enabled +no$/m);
    assert.match((await says('printer remove lab')).out, /Removed the printer lab/);
    assert.equal((await says('printer show lab')).status, 1);
  });

  test('wrong settings are told before anything is asked', async () => {
    const { says } = house();
    const wrong = await says('printer add lab --port lp1 --interrupted maybe');
    assert.equal(wrong.status, 2);
    assert.match(wrong.errors[0] ?? '', /interrupted/);
    assert.equal((await says('printer change office')).status, 2);
    assert.match(
      (await says('printer change office --enabled maybe')).errors[0] ?? '',
      /yes or no/,
    );
  });
});

describe('ports', () => {
  test('the monitor’s form makes the options, and may be cut short', async () => {
    const { fixture, says } = house();
    assert.equal((await says('port add p1 --monitor tcp --host h --port 9101')).status, 0);
    assert.equal((await says('port add p2 --host=h --monitor=tcp')).status, 0);
    const target = { monitor: 'tcp' };
    assert.deepEqual(fixture.xcvCalls, [
      { target, command: 'AddPort', input: { name: 'p1', host: 'h', portNumber: 9101 } },
      { target, command: 'AddPort', input: { name: 'p2', host: 'h', portNumber: 9100 } },
    ]);
  });

  test('the language of a port', async () => {
    const { says, fixture } = house();
    assert.equal((await says('port language lp1 pjl')).status, 0);
    assert.equal((await says('port language lp1 --bidirectional off')).status, 0);
    assert.deepEqual(
      fixture.languageCalls.map(({ change }) => change),
      [{ language: 'pjl' }, { bidirectional: false }],
    );
    assert.equal((await says('port language lp1')).status, 2);
    assert.equal((await says('port language lp1 --bidirectional maybe')).status, 2);
  });

  test('change sends only what was named', async () => {
    const { fixture, says } = house();
    // The fixture's spooler knows AddPort alone: what counts is what was asked of it.
    assert.equal((await says('port config lp1 --host other')).status, 1);
    assert.partialDeepStrictEqual(fixture.xcvCalls[0], {
      target: { monitor: 'tcp', portName: 'lp1' },
      command: 'ConfigPort',
      input: { host: 'other' },
    });
  });

  test('options that every command takes may stand before the name and the command', async () => {
    const { fixture, says } = house();
    assert.equal((await says('port config --data d lp1 --host other')).status, 1);
    assert.equal((await says('--data=d port config --json lp1 --host other')).status, 1);
    const [first, second] = fixture.xcvCalls;
    assert.partialDeepStrictEqual(first, { command: 'ConfigPort', input: { host: 'other' } });
    assert.deepEqual(second, first);
    assert.equal((await says('--data d --set log.level=info port list')).status, 0);
    assert.equal((await says('--data d')).status, 2);
    const late = await says('port config --host other lp1');
    assert.equal(late.status, 2);
    assert.match(late.errors[0] ?? '', /name comes before --host/);
  });

  test('what is wrong is told with the option’s name', async () => {
    const { says } = house();
    const first = async (line: string) => {
      const { status, errors } = await says(line);
      assert.equal(errors.length, 1);
      assert.equal(status, 2);
      return errors[0] ?? '';
    };
    assert.match(await first('port add p --monitor tcp'), /--host is missing/);
    assert.match(await first('port add p --monitor tcp --host h --port 0'), /takes 1 to 65535/);
    assert.match(await first('port add p'), /--monitor with one of: tcp/);
    assert.match(await first('port add p --monitor tpc'), /Did you mean "tcp"/);
    assert.match(await first('port config lp1'), /name one of --host/);
    assert.match(await first('port xcv lp1 Command {'), /is no JSON/);
    assert.match(await first('job cancel -1'), /no option -1\./);
    assert.match(await first('port add p --monitor tcp --host -h'), /use '--host=-XYZ'/);
  });
});

describe('jobs', () => {
  test('a file is printed, listed, cancelled', async () => {
    const { fixture, says } = house();
    const printed = await says('print dir/letter.pdf --printer office', {
      'dir/letter.pdf': 'abc',
    });
    assert.equal(printed.out, 'Job 1 is accepted for office.\n');
    assert.equal(fixture.fake.documents[0]?.sizeBytes, 3);
    assert.match((await says('job list')).out, /^1 +pending +administrator +3 B +letter\.pdf$/m);
    assert.match((await says('job cancel 1')).out, /^state +canceled$/m);
    assert.equal((await says('job cancel 1')).status, 1);
  });

  test('the history is exported as JSON lines, one job each', async () => {
    const { says } = house();
    const names = ['a', 'b', 'c'];
    for (const name of names) await says(`print ${name} --printer office`, { [name]: 'abc' });
    for (const number of [1, 2, 3]) await says(`job cancel ${number}`);
    const { out } = await says('job history --export');
    const lines = out.trimEnd().split('\n');
    assert.deepEqual(new Set(lines.map((line) => JSON.parse(line).name)), new Set(names));
    assert.match((await says('job history')).out, /^1 +canceled .* a$/m);
  });

  test('with several printers one must be named', async () => {
    const { errors, status } = await house().says('print x', { x: 'abc' });
    assert.equal(status, 2);
    assert.match(errors[0] ?? '', /--printer with one of: labels, office/);
  });
});

describe('words that are wrong', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['pritner list', /no command "pritner list"\. Did you mean "printer list"/],
    ['printer lsit', /There is no command "printer lsit"\. Did you mean "printer list"\?/],
    ['printer', /platen printer needs one of: list, show, add, change, .*remove\./],
    ['stauts', /Did you mean "status"\?/],
    ['status --jsno', /There is no option --jsno\. Did you mean "json"\?/],
    ['printer show', /Something is missing\. Usage: platen printer show NAME/],
    ['printer show a b', /"b" is too much/],
    ['job list --limit many', /--limit takes a whole number above 0, not "many"/],
  ];
  for (const [line, expected] of cases) {
    test(line, async () => {
      const { status, errors, out } = await house().says(line);
      assert.equal(status, 2);
      assert.equal(out, '');
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', expected);
    });
  }
});

describe('help', () => {
  test('without words it lists every command', async () => {
    const { out, status } = await house().says('');
    assert.equal(status, 0);
    for (const name of ['status', 'printer add', 'port add', 'job cancel', 'print']) {
      assert.match(out, new RegExp(`^${name} `, 'm'));
    }
  });

  test('of one command it shows the options, the monitor’s own included', async () => {
    const { says } = house();
    assert.match((await says('port add --monitor tcp --help')).out, /--port-number N/);
    assert.match((await says('help port add')).out, /--monitor MONITOR/);
    assert.match((await says('help job')).out, /job release JOB/);
    assert.equal((await says('help nonsense')).status, 2);
  });
});
