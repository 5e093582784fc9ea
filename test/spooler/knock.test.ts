// The first connection of a survivor: from the dead owner's port until the printer has let go of
// the dead session, and from any port where that does not help.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tcp, TcpConnection, TcpConnectOptions } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { createDeviceScopes } from '../../firmware/spooler/device-scopes.ts';

const unused = () => Promise.reject(new Error('not used'));
const connection: TcpConnection = {
  local: { address: '10.0.0.50', port: 40_001 },
  remote: { address: '10.0.0.9', port: 9100 },
  takenBytes: 0,
  unacknowledgedBytes: () => undefined,
  write: unused,
  settled: unused,
  read: unused,
  endWrite: unused,
  reset: () => undefined,
  close: () => Promise.resolve(),
};

/** Fails with these, one after the other, and connects then. */
async function connect(failures: readonly HalError[], localPort: number | undefined) {
  const left = [...failures];
  const asked: Pick<TcpConnectOptions, 'localPort' | 'timeoutMs' | 'localAddress'>[] = [];
  const tcp: Tcp = {
    listen: unused,
    async connect({ localPort: from, timeoutMs, localAddress }) {
      asked.push({
        timeoutMs,
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(from === undefined ? {} : { localPort: from }),
      });
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      return connection;
    },
  };
  const scopes = createDeviceScopes({
    tcp,
    rules: { localAddress: '10.0.0.50', localPortOf: async () => localPort },
  });
  const request = { host: '10.0.0.9', port: 9100, timeoutMs: 20_000 };
  await scopes.open('p').run(() => scopes.devices.connectTcp(request));
  return asked.map(({ localPort: from, timeoutMs }) => [from, timeoutMs] as const);
}

const late = () => new HalError('timed-out', '10.0.0.9:9100');

describe('the first connection of a survivor', () => {
  test('without a dead session it is an ordinary one', async () => {
    assert.deepEqual(await connect([], undefined), [[undefined, 20_000]]);
  });

  test('a printer that had to reset the dead session is asked again at once', async () => {
    const asked = await connect([late()], 40_001);
    assert.deepEqual(asked, [
      [40_001, 80],
      [40_001, 150],
    ]);
  });

  test('a printer that does not answer is waited for from any port', async () => {
    const asked = await connect([late(), late(), late(), late()], 40_001);
    assert.deepEqual(asked.at(-1), [undefined, 20_000]);
  });

  test('a port that another connection has is no reason to wait', async () => {
    const asked = await connect([new HalError('address-in-use', 'port 40001')], 40_001);
    assert.deepEqual(asked.at(-1), [undefined, 20_000]);
    assert.equal(asked.length, 2);
  });
});
