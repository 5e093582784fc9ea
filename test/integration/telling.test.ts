// What the appliance tells others, judged by others: Mosquitto hears printers and pair, a web
// server what needs a person, sockets the syslog; and no secret is in any of it, nor in log or
// bundle.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createWebServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { z } from 'zod';
import { addPrinter } from '../../tools/up/platen.ts';
import { platenSays } from '../cli/console.ts';
import { openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

/** Each is a secret of another kind; none may be read anywhere afterwards. */
const secrets = {
  user: 'geheimes Benutzerwort',
  community: 'geheime-gemeinschaft',
  snmpAuth: 'geheimes-authwort',
  snmpPriv: 'geheimes-privwort',
  webhook: 'geheimer-webhook',
  mqtt: 'geheimes-mqttwort',
  passphrase: 'geheimer Sicherungssatz',
} as const;

describe('what the appliance tells', () => {
  test('reaches broker, web server and syslog, and holds no secret', async (t) => {
    const house = await openHouse(t);
    const bell = new Bell();
    const syslog = await listenDatagrams(t, bell);
    const hook = await listenWeb(t, bell);
    const broker = await startBroker(t, house.folder);
    const platen = await house.serve([
      'listen.http=0',
      'listen.lpd=0',
      'listen.raw=0',
      `syslog.server=udp://127.0.0.1:${syslog.port}`,
      `webhook.url=http://127.0.0.1:${hook.port}/`,
      `webhook.secret=${secrets.webhook}`,
      `mqtt.broker=mqtt://127.0.0.1:${broker.port}`,
      'mqtt.user=platen',
      `mqtt.password=${secrets.mqtt}`,
    ]);
    const heard = subscribe(t, broker.port, bell);
    await addPrinter(platen, 'labels', house.emulator);
    await bell.until(() =>
      heard().some(({ topic, text }) => isPrinter(topic) && /"idle"/.test(text)),
    );
    const online = heard().find(({ topic }) => topic.endsWith('/online'));
    assert.equal(online?.text, 'true');

    // Nothing listens there: a job waits, and somebody has to go and look.
    await platen.run('port', 'config', 'labels', '--port-number', '1');
    await platen.run('print', join(platen.data, 'identity.json'), '--printer', 'labels');
    await bell.until(() => hook.bodies.some(({ body }) => /"what":"began"/.test(body)));
    const began = hook.bodies.find(({ body }) => /"what":"began"/.test(body));
    assert.partialDeepStrictEqual(JSON.parse(began?.body ?? ''), {
      what: 'began',
      kind: 'printer',
      subject: 'labels',
    });
    assert.match(began?.signature ?? '', /^t=\d+,v1=[0-9a-f]{64}$/);
    await bell.until(() => heard().some(({ text }) => /"needsPerson":true/.test(text)));

    await giveSecrets(platen, house.folder);
    await platen.run('job', 'cancel', '1');
    await platen.run('port', 'config', 'labels', '--port-number', String(house.emulator.port));
    await bell.until(() => hook.bodies.some(({ body }) => /"what":"ended"/.test(body)));
    await bell.until(() => syslog.messages.length > 0);
    for (const message of syslog.messages) {
      assert.match(message, /^<(27|28|30)>1 \d{4}-\d\d-\d\dT\S+Z \S+ platen \d+ \S+ (-|\[platen@)/);
    }

    const bundle = join(house.folder, 'support.json');
    await platen.run('support', bundle);
    const shown = await readFile(bundle, 'utf8');
    const parts = z.record(z.string(), z.unknown()).parse(JSON.parse(shown));
    for (const part of ['about', 'machine', 'config', 'printers', 'ports', 'jobs', 'log']) {
      assert.ok(Object(parts[part]).failed === undefined && parts[part] !== undefined, part);
    }
    const log = await platen.run('log', '--json', '--level', 'debug');
    assert.match(log, /"room"/);
    await platen.process.stop();
    await bell.until(() =>
      heard().some(({ topic, text }) => topic.endsWith('online') && text === 'false'),
    );

    const read = (name: string) => readFile(join(platen.data, name), 'utf8');
    const everything: Readonly<Record<string, string>> = {
      'support bundle': shown,
      log,
      'log file': await read('log/platen.log'),
      'audit trail': await read('audit.jsonl'),
      'standard error': platen.process.errors(),
      syslog: syslog.messages.join('\n'),
      webhook: hook.bodies.map(({ body }) => body).join('\n'),
      mqtt: heard()
        .map(({ topic, text }) => `${topic} ${text}`)
        .join('\n'),
    };
    const identity = z
      .object({ nodeKey: z.string() })
      .parse(JSON.parse(await read('identity.json')));
    const hidden = [
      ...Object.values(secrets),
      identity.nodeKey,
      await setUpCodeIn(platen.setUpCode),
    ];
    for (const [where, text] of Object.entries(everything)) {
      assert.ok(text.length > 0, `${where} is empty`);
      for (const secret of hidden) assert.ok(!text.includes(secret), `${where} holds ${secret}`);
      assert.doesNotMatch(text, /PRIVATE KEY|\$argon2id\$/, where);
    }
  });
});

test('whom it tells is changed while it runs, and outlives a start', async (t) => {
  const house = await openHouse(t);
  const bell = new Bell();
  const syslog = await listenDatagrams(t, bell);
  const [hook, other] = [await listenWeb(t, bell), await listenWeb(t, bell)];
  const ports = ['listen.http=0', 'listen.lpd=0', 'listen.raw=0'];
  let platen = await house.serve(ports);
  const run = async (...words: readonly string[]): Promise<string> => {
    const { status, out, errors } = await platenSays(house.api(), words, {
      secret: `${secrets.webhook}\n`,
      page: 'a page',
    });
    if (status !== 0) throw new Error(errors.join(' '));
    return out;
  };
  const set = (key: string, value: string) => run('setting', 'set', key, value);
  await set('syslog.server', `udp://127.0.0.1:${syslog.port}`);
  await set('webhook.url', `http://127.0.0.1:${hook.port}/geheimer-pfad?t=geheim`);
  await run('setting', 'set', 'webhook.secret', '--value-file', 'secret');
  await assert.rejects(set('webhook.secret', secrets.webhook), /is a secret/);
  await assert.rejects(set('webhook.ulr', 'x'), /Did you mean "webhook\.url"/);
  await assert.rejects(set('webhook.url', 'ftp://x'), /must be like https/);
  await addPrinter(platen, 'labels', house.emulator);
  await run('port', 'config', 'labels', '--port-number', '1');
  await run('print', 'page', '--printer', 'labels');
  await bell.until(() => hook.bodies.some(({ body }) => /"what":"began"/.test(body)));
  assert.match(hook.bodies[0]?.signature ?? '', /^t=\d+,v1=[0-9a-f]{64}$/);
  await bell.until(() => syslog.messages.length > 0);

  const bundle: Uint8Array[] = [];
  for await (const chunk of await house.api().download('/support', undefined)) bundle.push(chunk);
  const shownToHelp = Buffer.concat(bundle).toString('utf8');
  assert.match(shownToHelp, /http:\/\/127\.0\.0\.1:\d+\/\(hidden\)/);
  assert.doesNotMatch(shownToHelp, /geheim/);

  // From now on another one hears it, and what still lasts is told to it too.
  await set('webhook.url', `http://127.0.0.1:${other.port}/`);
  await bell.until(() => other.bodies.some(({ body }) => /"what":"began"/.test(body)));
  await platen.process.stop();
  platen = await house.serve(ports);
  const before = other.bodies.length;
  await bell.until(() => other.bodies.length > before);
  const shown = await run('setting', 'list', '--json');
  assert.ok(!shown.includes(secrets.webhook));
  assert.match(await run('setting', 'clear', 'webhook.url'), /webhook\.url +default/);
  const audited = await run('audit', '--json');
  assert.match(audited, /PATCH \/api\/v1\/settings/);
  assert.ok(!audited.includes(secrets.webhook));
});

async function setUpCodeIn(code: string | undefined): Promise<string> {
  assert.ok(code !== undefined);
  return code;
}

/** By the commands that take them. */
async function giveSecrets(
  platen: { run(...words: readonly string[]): Promise<string> },
  folder: string,
): Promise<void> {
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `${text}\n`);
    return path;
  };
  const { community, snmpAuth, snmpPriv } = secrets;
  await platen.run('user', 'add', 'rui', '--password-file', await file('user', secrets.user));
  await platen.run('token', 'add', 'zabbix');
  await platen.run('snmp', 'add-community', 'office', '--community', community);
  const passwords = ['--auth-password', snmpAuth, '--priv-password', snmpPriv];
  await platen.run('snmp', 'add-user', 'nagios', ...passwords);
  const passphrase = await file('passphrase', secrets.passphrase);
  const backup = join(folder, 'box.platen-backup');
  await platen.run('backup', backup, '--passphrase-file', passphrase);
  await platen.run('restore', backup, '--check', '--passphrase-file', passphrase);
}

function isPrinter(topic: string): boolean {
  return /^platen\/[0-9a-f-]{36}\/printers\/labels$/.test(topic);
}

async function listenDatagrams(t: TestContext, bell: Bell) {
  const messages: string[] = [];
  const socket = createSocket('udp4', (bytes) => {
    messages.push(bytes.toString('utf8'));
    bell.ring();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  atEnd(t, () => socket.close());
  return { messages, port: socket.address().port };
}

async function listenWeb(t: TestContext, bell: Bell) {
  const bodies: { readonly body: string; readonly signature: string }[] = [];
  const server = createWebServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = String(request.headers['platen-signature'] ?? '');
      bodies.push({ body: Buffer.concat(chunks).toString('utf8'), signature });
      response.writeHead(204).end();
      bell.ring();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => server.close());
  return { bodies, port: portOf(server.address()) };
}

function portOf(address: AddressInfo | string | null): number {
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** A real Mosquitto that asks for name and password. */
async function startBroker(t: TestContext, folder: string) {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const port = portOf(probe.address());
  probe.close();
  await once(probe, 'close');
  const words = join(folder, 'mosquitto.words');
  await run('mosquitto_passwd', ['-c', '-b', words, 'platen', secrets.mqtt]);
  const config = join(folder, 'mosquitto.conf');
  const rows = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${words}`,
    'persistence false',
    'user root',
  ];
  await writeFile(config, `${rows.join('\n')}\n`);
  const child = spawn('mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  atEnd(t, () => child.kill());
  await once(child.stderr, 'data');
  return { port };
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [status] = await once(child, 'close');
  assert.equal(status, 0, program);
}

/** What a real client hears, line by line: topic, space, message. */
function subscribe(t: TestContext, port: number, bell: Bell) {
  const login = ['-u', 'platen', '-P', secrets.mqtt];
  const args = ['-h', '127.0.0.1', '-p', String(port), ...login, '-v', '-t', 'platen/#'];
  const child = spawn('mosquitto_sub', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  atEnd(t, () => child.kill());
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    bell.ring();
  });
  return () =>
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(' ');
      return at < 0 ? [] : [{ topic: line.slice(0, at), text: line.slice(at + 1) }];
    });
}

/** Rings with each thing that any of the others heard. */
class Bell {
  #waiting = Promise.withResolvers<void>();

  readonly ring = (): void => {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers<void>();
  };

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#waiting.promise;
  }
}
