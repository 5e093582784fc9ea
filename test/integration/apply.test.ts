// One file for fifty boxes: what it makes, that it makes it once, what it refuses, and what it says
// beforehand.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { port, xcvResult } from '../../firmware/api/schemas/port.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { readPages } from '../../firmware/cli/pages.ts';
import { platenSays } from '../cli/console.ts';
import { openHouse } from './house.ts';

const fleet = `
[[port]]
name = "lj"
monitor = "tcp"
host = "192.0.2.10"
portNumber = 9101
language = "pjl"

[[printer]]
name = "office"
portNames = ["lj"]
location = "2nd floor"
quotas = { jobs = 50 }
formats = ["application/pdf"]

[[user]]
name = "ana"
role = "operator"
passwordFile = "secret"
`;

describe('platen apply', () => {
  test('makes what a file says, once; shows it before; changes and takes away', async (t) => {
    const house = await openHouse(t);
    await house.serve();
    const api = house.api();
    const files = (text: string) => ({ 'fleet.toml': text, secret: 'correct horse battery\n' });
    const apply = (text: string, ...options: readonly string[]) =>
      platenSays(api, ['apply', 'fleet.toml', ...options], files(text));

    const dry = await apply(fleet, '--dry-run');
    assert.equal(dry.status, 0, dry.errors.join('\n'));
    assert.match(dry.out, /^\+ port lj: monitor "tcp", host "192.0.2.10", portNumber 9101/m);
    assert.match(dry.out, /^\+ user ana: role "operator", password "\*\*\*"/m);
    assert.equal((await readPages(api, '/printers', printer)).length, 0);

    const made = await apply(fleet);
    assert.match(made.out, /Made 3 changes/);
    const [office] = await readPages(api, '/printers', printer);
    assert.equal(office?.location, '2nd floor');
    assert.deepEqual(office?.quotas, { jobs: 50 });
    const [lj] = await readPages(api, '/ports', port);
    assert.equal(lj?.language.language, 'pjl');

    assert.equal((await apply(fleet)).out, 'Nothing is different.\n');

    const moved = fleet.replace('2nd floor', '3rd floor').replace('9101', '9102');
    const shown = await apply(moved, '--dry-run', '--json');
    const steps = z
      .array(z.object({ what: z.string(), name: z.string(), differences: z.array(z.unknown()) }))
      .parse(JSON.parse(shown.out));
    assert.deepEqual(steps, [
      {
        what: 'change',
        name: 'lj',
        differences: [{ member: 'portNumber', now: 9101, wanted: 9102 }],
      },
      {
        what: 'change',
        name: 'office',
        differences: [{ member: 'location', now: '2nd floor', wanted: '3rd floor' }],
      },
    ]);
    assert.match((await apply(moved)).out, /Made 2 changes/);
    const { output } = await api.send('POST', '/ports/lj/xcv/GetConfigInfo', null, xcvResult);
    assert.equal(z.object({ portNumber: z.number() }).parse(output).portNumber, 9102);

    const gone = ['printer', 'port'].map((kind) => `[[${kind}]]\nabsent = true\nname = `);
    const away = `${gone[0]}"office"\n${gone[1]}"lj"\n`;
    assert.match((await apply(away)).out, /^- printer office\n- port lj\n/);
    assert.equal((await apply(away)).out, 'Nothing is different.\n');

    const told = [
      '[settings.webhook]',
      'url = "https://hook.example/a"',
      'secretFile = "secret"',
      '[settings]',
      'syslog.server = "udp://log.example:514"',
    ].join('\n');
    const shownFirst = await apply(told, '--dry-run');
    assert.match(shownFirst.out, /^~ settings .*webhook\.secret "\*\*\*"/m);
    assert.ok(!shownFirst.out.includes('correct horse'));
    assert.match((await apply(told)).out, /Made 1 changes/);
    assert.equal((await apply(told)).out, 'Nothing is different.\n');
    const again = await apply(told.replace('hook.example/a', 'hook.example/b'));
    assert.match(again.out, /webhook\.url "https:\/\/hook.example\/a" → "https:.*b"/);

    await refusals(apply);
    // A local port in a group is refused by the group's own door, and there is no group here.
    const grouped = fleet.replace('name = "lj"', 'name = "accounts/lj"');
    assert.match((await apply(grouped)).errors[0] ?? '', /there is no group "accounts"/);
  });
});

/** Each names the nearest right word, and changes nothing. */
async function refusals(apply: (text: string) => ReturnType<typeof platenSays>): Promise<void> {
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      fleet.replace('location', 'locaton'),
      /the key locaton is not known\. Did you mean "location"/,
    ],
    [fleet.replace('host =', 'hots ='), /the key hots is not known\. Did you mean "host"/],
    [fleet.replace('"tcp"', '"tpc"'), /no monitor "tpc"\. Did you mean "tcp"/],
    [
      fleet.replace('["lj"]', '["jl"]'),
      /printer "office": there is no port "jl"\. Did you mean "lj"/,
    ],
    [fleet.replace('[[printer]]', '[[pritner]]'), /\[\[pritner\]\] is not known\. .*"printer"/],
    [fleet.replace('"operator"', '"operatr"'), /user "ana": role: /],
    [fleet.replace('passwordFile', 'pasword'), /the key pasword is not known/],
    [fleet.replace('[[port]]', '[port]'), /write \[\[port\]\] with two brackets/],
    [`${fleet}\n[[port]]\nname = "LJ"\nmonitor = "tcp"\n`, /port "lj" is in it twice/],
    ['[[port]\n', /fleet.toml:1: /],
    ['[settings]\nwebhook.ulr = "x"\n', /key webhook\.ulr is not known\. .*"webhook\.url"/],
    ['[settings]\nwebhook.secret = "x"\n', /is a secret: write webhook\.secretFile/],
    ['[settings]\nwebhook.url = 5\n', /webhook\.url is a text in quotes/],
    ['[[settings]]\nwebhook.url = "x"\n', /write \[settings\] with one bracket/],
  ];
  for (const [text, expected] of cases) {
    const { status, errors } = await apply(text);
    assert.equal(status, 2, String(expected));
    assert.match(errors.join('\n'), expected);
  }
}
