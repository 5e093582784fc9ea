// Target: JSON bodies of the API, with the words of paths and queries before them.
import { ApiFixture } from '../../api/fixture.ts';
import { bentJson } from '../bend.ts';
import { ascii, type FuzzTarget, must } from '../target.ts';

const seeds = [
  'POST /api/v1/printers\n{"name":"new","ports":["lp1"]}',
  'PATCH /api/v1/printers/office\n{"info":"x","formats":["application/pdf"]}',
  'POST /api/v1/printers/office/state\n{"state":"paused"}',
  'POST /api/v1/ports\n{"monitor":"tcp","name":"lp2","host":"192.0.2.1"}',
  'POST /api/v1/monitors/tcp/xcv/AddPort\n{"name":"lp2","host":"192.0.2.1"}',
  'PATCH /api/v1/ports/lp1/language\n{"language":"pjl"}',
  'POST /api/v1/users\n{"name":"anna","password":"a long password","role":"viewer"}',
  'POST /api/v1/tokens\n{"name":"ci","role":"viewer"}',
  'POST /api/v1/session\n{"name":"anna","password":"x"}',
  'POST /api/v1/setup\n{"code":"ABCD-EFGH-2345","name":"anna","password":"a long password"}',
  'POST /api/v1/jobs/cancel\n{"jobs":["1"]}',
  'PATCH /api/v1/jobs/1\n{"priority":1}',
  'PUT /api/v1/printers/office/data/value\n{"key":"a","name":"b","value":{"type":"dword"}}',
  'POST /api/v1/groups\n{"name":"accounts","addresses":["192.0.2.10"]}',
  'POST /api/v1/snmp/users\n{"name":"a","auth":"sha256","password":"long enough"}',
  'GET /api/v1/jobs?limit=10&after=1&state=pending\n',
  'GET /api/v1/printers?filter=x\n',
  'DELETE /api/v1/printers/office\n',
];

const line = /^([A-Z]{1,10}) (\/[^\n]*)(?:\n|$)/;

export const apiTarget: FuzzTarget = {
  name: 'api',
  share: 2,
  words: ['/api/v1/', 'POST ', 'PATCH ', '%2e%2e/', '?limit=', '"name":', '{"', '"}', '\n', 'null'],
  seeds: async () => seeds.map(ascii),
  async open() {
    let [fixture, runs] = [new ApiFixture(), 0];
    return {
      async try(input, chance) {
        runs += 1;
        if (runs % restartEvery === 0) fixture = new ApiFixture();
        const said = Buffer.from(input).toString('latin1');
        const [head = '', method = 'GET', path = '/api/v1/'] = line.exec(said) ?? [];
        const rest = input.subarray(head.length);
        const bent = bentJson(rest, chance);
        const body = bent === undefined ? rest : Buffer.from(JSON.stringify(bent));
        // Nobody but the server's own parser stands before the path.
        const place = path.startsWith('/api/v1/') ? path : '/api/v1/printers';
        const bytes = body.length === 0 ? [] : [body];
        const headers: Record<string, string> =
          body.length === 0 ? {} : { 'content-type': 'application/json' };
        const { status, body: answer } = await fixture.answer({
          method,
          path: place,
          bytes,
          headers,
        });
        must(
          status < 500 || status === 501 || status === 503,
          `it is answered ${status}: ${fixture.logged.at(-1)}`,
        );
        if (answer !== undefined && typeof answer !== 'string' && !(answer instanceof Uint8Array)) {
          await answer[Symbol.asyncIterator]().return?.();
        }
        return `${method} ${place.split('/').slice(0, 4).join('/').slice(0, 40)} ${status}`;
      },
      close: async () => undefined,
    };
  },
};

const restartEvery = 500;
