// A file provision.toml is taken whole or not at all, and every mistake is told with its place.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { readProvision } from '../../firmware/provision/read.ts';

const hash = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const read = (text: string) => readProvision(Buffer.from(text));
const problemsIn = (text: string) => {
  const found = read(text);
  return found.kind === 'wrong' ? found.problems : [];
};

describe('provision.toml', () => {
  test('sets name, network, clock and the administrator', () => {
    const found = read(
      [
        'hostName = "desk-1"',
        'timeZone = "Europe/Lisbon"',
        'timeServers = ["ntp.example.net"]',
        'nameServers = ["192.0.2.53"]',
        '[administrator]',
        'name = "ana"',
        `passwordHash = "${hash}"`,
        '[[interfaces]]',
        'name = "end0"',
        'ipv4 = { method = "static", addresses = ["192.0.2.7/24"], gateway = "192.0.2.1" }',
      ].join('\n'),
    );
    assert.ok(found.kind === 'read');
    assert.equal(found.provision.hostName, 'desk-1');
    assert.deepEqual(found.provision.administrator, { name: 'ana', passwordHash: hash });
    assert.equal(found.provision.interfaces[0]?.ipv4.method, 'static');
    assert.equal(found.provision.interfaces[0]?.ipv6.method, 'automatic');
  });

  test('may be empty', () => {
    assert.equal(read('').kind, 'read');
    assert.equal(read('# nothing\n').kind, 'read');
  });

  test('mistakes are told with their line, all of them', () => {
    const problems = problemsIn(
      'hostname = "a"\n\ntimeZone = "Mars/Olympus"\n[administrator]\nname = "a"\n',
    );
    assert.equal(problems.length, 3);
    assert.ok(
      problems.some((each) => /^provision.toml:1: .*hostname.*Did you mean "hostName"/.test(each)),
    );
    assert.ok(problems.some((each) => /^provision.toml:3: timeZone is not in the list/.test(each)));
    assert.ok(problems.some((each) => /administrator.passwordHash/.test(each)));
  });

  test('a password in the clear, and a hash that takes minutes, are refused', () => {
    const dear = hash.replace('m=19456', 'm=4194304');
    for (const bad of ['secret', dear, hash.replace('t=2', 't=900'), hash.replace('p=1', 'p=64')]) {
      const text = `[administrator]\nname = "a"\npasswordHash = "${bad}"\n`;
      assert.match(problemsIn(text)[0] ?? '', /^provision.toml:3: .*platen user hash-password/);
    }
  });

  test('a broken line and a text that is none are told, not thrown', () => {
    assert.match(problemsIn('a = \n')[0] ?? '', /^provision.toml:1: /);
    const found = readProvision(Buffer.from([0xff, 0xfe, 0x41]));
    assert.ok(found.kind === 'wrong' && found.problems[0] === 'provision.toml is not UTF-8 text.');
  });

  test('whatever a card holds is read or told', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const found = readProvision(bytes);
        assert.ok(found.kind === 'read' || found.problems.length > 0);
      }),
    );
  });
});
