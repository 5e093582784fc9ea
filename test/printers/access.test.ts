// Who may print: networks, users and log-in, by each door.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobOrigin } from '../../firmware/jobs/job.ts';
import { checkAccess, checkAccessLists } from '../../firmware/printers/access.ts';
import type { PrinterAccess } from '../../firmware/printers/printer.ts';

function ask(access: PrinterAccess, origin: Partial<JobOrigin>): string {
  const whole: JobOrigin = {
    door: 'ipp',
    userName: 'anna',
    address: '10.1.2.3',
    authenticated: false,
    ...origin,
  };
  return checkAccess({ name: 'office', access }, whole)?.code ?? 'allowed';
}

describe('who may print', () => {
  test('without lists everyone may', () => {
    for (const door of ['ipp', 'raw', 'lpd', 'api'] as const) {
      assert.equal(ask({}, { door }), 'allowed');
    }
  });

  test('networks hold for every door but the API, in both families', () => {
    const access = { networks: ['10.1.0.0/16', 'fd00:1::/32', '192.0.2.7'] };
    for (const address of ['10.1.255.1', 'fd00:1:5::9', '192.0.2.7']) {
      assert.equal(ask(access, { address }), 'allowed', address);
    }
    for (const address of ['10.2.0.1', 'fd00:2::1', '192.0.2.8', '', 'socket']) {
      for (const door of ['ipp', 'raw', 'lpd'] as const) {
        assert.equal(ask(access, { address, door }), 'forbidden', `${door} ${address}`);
      }
    }
    assert.equal(ask(access, { address: 'socket', door: 'api' }), 'allowed');
    assert.equal(ask({ networks: [] }, {}), 'forbidden');
  });

  test('a log-in is asked for by IPP, and is no use to doors that have none', () => {
    for (const access of [{ logIn: true }, { users: ['anna'] }]) {
      assert.equal(ask(access, {}), 'unauthorized');
      assert.equal(ask(access, { door: 'raw' }), 'forbidden');
      assert.equal(ask(access, { door: 'lpd' }), 'forbidden');
      assert.equal(ask(access, { userName: 'Anna', authenticated: true }), 'allowed');
    }
    const other = { userName: 'bert', authenticated: true };
    assert.equal(ask({ users: ['anna'] }, other), 'forbidden');
    assert.equal(ask({ logIn: true }, other), 'allowed');
    assert.equal(ask({ users: [] }, other), 'forbidden');
  });

  test('what is no network is refused when it is set', () => {
    const wrong = ['10.1.0.0/33', 'example.org', '', '10.1/16', 'fd00::/129', '1.2.3.4/', '::1/-1'];
    for (const network of wrong) {
      assert.equal(checkAccessLists({ networks: [network] })?.code, 'value-not-supported', network);
    }
    assert.equal(
      checkAccessLists({ networks: Array<string>(101).fill('::1') })?.code,
      'value-not-supported',
    );
    assert.equal(checkAccessLists({ networks: ['0.0.0.0/0', '::/0', 'fe80::1'] }), undefined);
  });
});
