// A server that lies, and a folder that was tampered with: each is refused with an error of its
// own, and what was there stays as it was.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ClientError, type ClientFault } from '../../firmware/client/contract.ts';
import { type ClientRig, digestOf, FakeServer, newKey, type Promised, startClient } from './rig.ts';
import { atEnd } from '../at-end.ts';

const good: Promised = { name: 'good.icm', bytes: Buffer.from('what was there before') };
const better: Promised = { name: 'good.icm', bytes: Buffer.from('what comes in its place') };

function isFault(fault: ClientFault, words?: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ClientError, String(error));
    assert.equal(error.fault, fault, error.message);
    if (words !== undefined) assert.match(error.message, words);
    return true;
  };
}

/** Connected once to an honest server; then `change`, and the next look is refused. */
async function refusedAfter(
  rig: ClientRig,
  change: () => void | Promise<void>,
  fault: ClientFault,
  words?: RegExp,
): Promise<void> {
  rig.server.promised = [good];
  await rig.connect();
  await change();
  const before = await rig.files();
  await assert.rejects(rig.connect({ refresh: true }), isFault(fault, words));
  assert.deepEqual(await rig.files(), before);
}

describe('names and paths', () => {
  const names = [
    '../evil.icm',
    '..',
    '/etc/passwd',
    'a/b.icm',
    'a\\b.icm',
    'CON',
    'nul.icm',
    'COM1.txt',
    'a\u202ecod.icm',
    'a\uff0fb.icm',
    'e\u0301.icm',
    'a\u0000b',
    'a:stream',
    '.profile',
    'a.icm.',
    'a'.repeat(300),
    '\u2024\u2024',
  ];
  for (const name of names) {
    test(`a file called ${JSON.stringify(name.slice(0, 40))} is refused`, async (t) => {
      const rig = await startClient(t);
      const evil = { name, bytes: Buffer.from('x') };
      const change = () => void (rig.server.promised = [better, evil]);
      await refusedAfter(rig, change, 'path-unsafe', /Nothing was taken/);
    });
  }

  const directories = [
    '..\\..',
    '/etc',
    'C:\\Windows',
    '\\\\host\\share',
    'a\\..\\..\\b',
    'NUL',
    '',
  ];
  for (const directory of directories) {
    test(`a directory ${JSON.stringify(directory)} is refused`, async (t) => {
      const rig = await startClient(t);
      const change = () => void (rig.server.promised = [{ ...better, directory }]);
      await refusedAfter(rig, change, 'path-unsafe');
    });
  }

  test('a target that is not the directory of the files leads nowhere else', async (t) => {
    const rig = await startClient(t);
    const change = () => {
      rig.server.promised = [better];
      rig.server.alter = (manifest) =>
        JSON.parse(
          JSON.stringify(manifest).replace(
            '"TargetDir","value":{"type":"string","data":"Color"',
            '"TargetDir","value":{"type":"string","data":"..\\\\..\\\\Startup"',
          ),
        );
    };
    await refusedAfter(rig, change, 'path-unsafe', /leads out/);
  });

  const clashes: readonly (readonly [string, readonly Promised[]])[] = [
    ['case', [better, { name: 'GOOD.icm', bytes: Buffer.from('x') }]],
    [
      'ß and SS',
      [
        { name: 'maße.icm', bytes: Buffer.from('x') },
        { name: 'MASSE.icm', bytes: Buffer.from('y') },
      ],
    ],
    [
      'the case of a folder',
      [better, { name: 'b.icm', bytes: Buffer.from('x'), component: 'B', directory: 'COLOR' }],
    ],
    [
      'a file and a folder',
      [
        { ...better, name: 'x' },
        { name: 'b', bytes: Buffer.from('x'), component: 'B', directory: 'Color\\X' },
      ],
    ],
    ['nothing at all', [better, better]],
  ];
  for (const [what, promised] of clashes) {
    test(`names that differ by ${what} are refused`, async (t) => {
      const rig = await startClient(t);
      await refusedAfter(rig, () => void (rig.server.promised = promised), 'names-clash');
    });
  }

  test('a module of the server is never fetched', async (t) => {
    const rig = await startClient(t);
    const change = () => void (rig.server.module = 'evil.dll');
    await refusedAfter(rig, change, 'module-refused', /built in/);
    assert.ok(!rig.server.requests.some(({ path }) => path.includes('evil')));
  });
});

describe('links in the client’s folder', () => {
  async function elsewhere(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'platen-elsewhere-'));
  }

  test('one in place of a folder is not followed', async (t) => {
    const rig = await startClient(t);
    const other = await elsewhere();
    atEnd(t, () => rm(other, { recursive: true }));
    const change = async () => {
      rig.server.promised = [better];
      await rm(join(rig.home, 'files/Color'), { recursive: true });
      await symlink(other, join(rig.home, 'files/Color'));
    };
    await refusedAfter(rig, change, 'place-taken', /is a link/);
    assert.deepEqual(await readdir(other), []);
  });

  test('one in place of a file is not written through', async (t) => {
    const rig = await startClient(t);
    const other = await elsewhere();
    atEnd(t, () => rm(other, { recursive: true }));
    const victim = join(other, 'victim');
    await writeFile(victim, 'untouched');
    const change = async () => {
      rig.server.promised = [better];
      await rm(join(rig.home, 'files/Color/good.icm'));
      await symlink(victim, join(rig.home, 'files/Color/good.icm'));
    };
    await refusedAfter(rig, change, 'place-taken');
  });

  test('a folder in place of a file stays', async (t) => {
    const rig = await startClient(t);
    const change = async () => {
      rig.server.promised = [better];
      await rm(join(rig.home, 'files/Color/good.icm'));
      await mkdir(join(rig.home, 'files/Color/good.icm'));
    };
    await refusedAfter(rig, change, 'place-taken');
  });

  test('one in place of what is staged is put away, and not written through', async (t) => {
    const rig = await startClient(t);
    const other = await elsewhere();
    atEnd(t, () => rm(other, { recursive: true }));
    rig.server.promised = [good];
    rig.server.answer = (_request, response) => response.destroy() !== undefined;
    await assert.rejects(rig.connect(), isFault('download-broken'));
    const staging = join(rig.home, 'staging');
    const [name] = await readdir(staging);
    assert.ok(name !== undefined);
    await rm(join(staging, name));
    await symlink(join(other, 'new'), join(staging, name));
    rig.server.answer = () => false;
    await rig.connect();
    assert.deepEqual(await readdir(other), []);
    assert.deepEqual(await rig.files(), ['Color/', `Color/good.icm ${digestOf(good.bytes)}`]);
  });
});

describe('what a server promises and sends', () => {
  test('a swapped content is refused', async (t) => {
    const rig = await startClient(t);
    const change = () => {
      rig.server.promised = [better];
      rig.server.answer = (_request, response) => {
        const swapped = better.bytes.toReversed();
        rig.server.send(response, swapped, '', digestOf(better.bytes));
        return true;
      };
    };
    await refusedAfter(rig, change, 'digest-differs', /was promised with/);
  });

  test('two files with their digests swapped are refused', async (t) => {
    const rig = await startClient(t);
    const [a, b] = [Buffer.from('aaaa'), Buffer.from('bbbb')];
    const change = () =>
      void (rig.server.promised = [
        { name: 'a.icm', bytes: a, digest: digestOf(b) },
        { name: 'b.icm', bytes: b, digest: digestOf(a) },
      ]);
    await refusedAfter(rig, change, 'digest-differs');
  });

  test('a manifest that was changed on its way is refused', async (t) => {
    const rig = await startClient(t);
    const change = () => {
      rig.server.promised = [better];
      rig.server.tamper = (text) => text.replace('Color', 'Style');
    };
    await refusedAfter(rig, change, 'manifest-forged');
  });

  test('one that is signed with another key is refused', async (t) => {
    const rig = await startClient(t);
    const change = () => void (rig.server.signWith = newKey());
    await refusedAfter(rig, change, 'signature-key-changed', /connect again/);
  });

  const wrong: readonly (readonly [string, (manifest: object) => object, RegExp])[] = [
    ['is an old one', (manifest) => ({ ...manifest, nonce: 'other' }), /old answer/],
    [
      'is about another printer',
      (manifest) => ({ ...manifest, printer: { id: 'p2', name: 'Other' } }),
      /another printer/,
    ],
    ['is no manifest', () => ({ hello: 'world' }), /can't be read/],
    [
      'names a file of no component',
      (manifest) => ({ ...manifest, keys: [] }),
      /belongs to no component/,
    ],
  ];
  for (const [what, alter, words] of wrong) {
    test(`one that ${what} is refused`, async (t) => {
      const rig = await startClient(t);
      await refusedAfter(rig, () => void (rig.server.alter = alter), 'manifest-wrong', words);
    });
  }

  test('a file of 10 GiB is refused before a byte is fetched', async (t) => {
    const rig = await startClient(t);
    const change = () =>
      void (rig.server.promised = [{ ...better, name: 'large.icm', sizeBytes: 10 * 2 ** 30 }]);
    await refusedAfter(rig, change, 'file-too-large', /at most/);
    assert.ok(!rig.server.requests.some(({ path }) => path.includes('large')));
  });

  /** Sends without an end, as long as the client takes it. */
  function endless(rig: ClientRig, head: (response: ServerResponse) => void): () => number {
    let sent = 0;
    rig.server.answer = (_request, response) => {
      head(response);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
      return true;
    };
    return () => sent;
  }

  test('more bytes than were promised are refused, however many come', async (t) => {
    const rig = await startClient(t);
    let sent = () => 0;
    const change = () => {
      rig.server.promised = [better];
      sent = endless(rig, (response) => response.setHeader('content-length', 2 ** 33));
    };
    await refusedAfter(rig, change, 'file-too-large', /more of them come/);
    assert.ok(sent() < 64 * 1024 * 1024, `${sent()} bytes were taken`);
  });

  test('an answer that does not say how long it is is refused, however much comes', async (t) => {
    const rig = await startClient(t);
    let sent = () => 0;
    const change = () => {
      rig.server.promised = [better];
      sent = endless(rig, () => {});
    };
    await refusedAfter(rig, change, 'manifest-wrong', /without a length/);
    assert.ok(sent() < 64 * 1024 * 1024, `${sent()} bytes were taken`);
  });

  test('less than was promised is refused', async (t) => {
    const rig = await startClient(t);
    const change = () => {
      rig.server.promised = [better];
      rig.server.answer = (_request, response) => response.end('wh') !== undefined;
    };
    await refusedAfter(rig, change, 'download-broken', /ended after 2 of/);
  });

  test('what comes behind an answer counts for no other file', async (t) => {
    const rig = await startClient(t);
    const next: Promised = { name: 'next.icm', bytes: Buffer.from('next') };
    rig.server.promised = [good, next];
    let answers = 0;
    // The answer to the next question, before it was asked.
    const forged = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    rig.server.answer = (request, { socket }) => {
      answers += 1;
      const file = request.url?.endsWith('next.icm') === true ? next : good;
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${file.bytes.length}\r\n\r\n`;
      socket?.write(Buffer.concat([Buffer.from(head), file.bytes, Buffer.from(forged)]));
      return true;
    };
    await assert.rejects(rig.connect(), isFault('download-broken', /bytes came behind/));
    assert.ok(answers >= 2);
    assert.deepEqual(await rig.files(), []);
  });

  test('a server that sends a byte now and then is given up', async (t) => {
    const rig = await startClient(t);
    const late = Buffer.alloc(100_000, 'x');
    const change = () => {
      rig.server.promised = [{ name: 'late.icm', bytes: late }];
      rig.server.answer = (_request, response) => {
        response.setHeader('content-length', late.length);
        const drop = async () => {
          for (let at = 0; !response.destroyed; at += 1) {
            await rig.clock.advance(20_000);
            await new Promise<void>((resolve) => {
              response.write(late.subarray(at, at + 1), () => resolve());
            });
            await new Promise<void>((resolve) => {
              setImmediate(resolve);
            });
          }
        };
        void drop();
        return true;
      };
    };
    await refusedAfter(rig, change, 'download-broken', /sent \d+ bytes in \d+ s/);
  });

  test('a manifest that trickles is given up', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [good];
    rig.server.trickle = () => rig.clock.advance(20_000);
    await assert.rejects(rig.connect(), isFault('download-broken', /sent \d+ bytes in \d+ s/));
    assert.deepEqual(await rig.files(), []);
  });

  test('a server that refuses is quoted', async (t) => {
    const rig = await startClient(t);
    const change = () => {
      rig.server.promised = [better];
      rig.server.answer = (_request, response) => {
        response.statusCode = 404;
        response.end(JSON.stringify({ code: 'file-not-found', detail: 'It went.' }));
        return true;
      };
    };
    await refusedAfter(rig, change, 'server-refused', /It went/);
  });
});

describe('who the server is', () => {
  test('another key is refused before anything is asked', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [good];
    await rig.connect();
    const { port } = rig.server;
    await rig.server.stop();
    const other = await FakeServer.start(t, { port });
    other.promised = [better];
    const before = await rig.files();
    // The pin of the first connection counts without being named.
    const again = rig.connect({ refresh: true, pin: undefined });
    await assert.rejects(again, isFault('server-key-changed', /is pinned/));
    await assert.rejects(rig.connect({ pin: other.pin }), isFault('server-key-changed'));
    assert.deepEqual(await rig.files(), before);
    assert.deepEqual(other.requests, []);
  });

  test('one that nobody vouches for is refused, with what to do', async (t) => {
    const rig = await startClient(t);
    const unknown = rig.connect({ pin: undefined });
    await assert.rejects(unknown, isFault('server-unknown', /--pin [0-9a-f]{64}/));
    assert.deepEqual(rig.server.requests, []);
    assert.deepEqual(await readdir(rig.root), []);
  });
});

describe('a download that breaks off', () => {
  const large: Promised = { name: 'large.icm', bytes: Buffer.alloc(3_000_000, 'platen') };
  const half = 1_000_000;

  /** Sends half of it and breaks the connection. */
  function breaking(rig: ClientRig, times: number) {
    let left = times;
    rig.server.answer = ({ headers }, response) => {
      if (left === 0) return false;
      left -= 1;
      if (headers.range !== undefined) return response.destroy() !== undefined;
      response.setHeader('content-length', large.bytes.length);
      response.write(large.bytes.subarray(0, half), () => response.destroy());
      return true;
    };
  }

  test('goes on from where it was', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [large];
    breaking(rig, 1);
    const connected = await rig.connect();
    assert.deepEqual(await rig.files(), ['Color/', `Color/large.icm ${digestOf(large.bytes)}`]);
    assert.equal(connected.downloadedBytes, large.bytes.length);
    const ranges = rig.server.requests.flatMap(({ range }) => (range === '' ? [] : [range]));
    assert.match(ranges.join(), /^bytes=[1-9]\d*-$/);
  });

  test('and goes on at the next call, where it did not come back', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [large];
    breaking(rig, 1_000);
    await assert.rejects(rig.connect(), isFault('download-broken', /goes on from there/));
    assert.deepEqual(await rig.files(), []);
    rig.server.answer = () => false;
    const connected = await rig.connect();
    assert.ok(connected.downloadedBytes < large.bytes.length, `${connected.downloadedBytes} bytes`);
    assert.deepEqual(await rig.files(), ['Color/', `Color/large.icm ${digestOf(large.bytes)}`]);
  });

  test('what was damaged meanwhile is fetched anew', async (t) => {
    const rig = await startClient(t);
    rig.server.promised = [large];
    breaking(rig, 1_000);
    await assert.rejects(rig.connect(), isFault('download-broken'));
    const [name] = await readdir(join(rig.home, 'staging'));
    await writeFile(join(rig.home, 'staging', name ?? ''), Buffer.alloc(half));
    rig.server.answer = () => false;
    await rig.connect();
    assert.deepEqual(await rig.files(), ['Color/', `Color/large.icm ${digestOf(large.bytes)}`]);
  });
});
