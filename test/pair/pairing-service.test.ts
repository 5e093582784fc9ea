// Pairing over TLS on loopback: with the code, without it, copies, attempts that run out, dead
// peers.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Identity } from '../../firmware/identity/contract.ts';
import { pairingLimits } from '../../firmware/limits/pairing-limits.ts';
import { createLog } from '../../firmware/log/log.ts';
import { listenPinned } from '../../firmware/pair/dial.ts';
import { type MembershipStore, openMembership } from '../../firmware/pair/membership.ts';
import { createPairing, type Pairing } from '../../firmware/pair/pairing-service.ts';
import { pairingProtocol } from '../../firmware/pair/pairing-wire.ts';
import type { NetworkInterface } from '../../hal/contract.ts';
import { address, hal, makeIdentity } from './rig.ts';
import { atEnd } from '../at-end.ts';

const { clock, random, addresses, files } = hal;
const log = createLog({ level: 'error', clock, destination: { write: () => {} } });

interface Box {
  readonly identity: Identity;
  readonly membership: MembershipStore;
  readonly pairing: Pairing;
  readonly port: number;
  readonly path: string;
}

async function makeBox(
  t: TestContext,
  copyOf?: Box,
  interfaces: readonly NetworkInterface[] = [],
): Promise<Box> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-pairing-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'pair.json');
  const identity = copyOf?.identity ?? (await makeIdentity(t));
  const membership = await openMembership({ files, path });
  const listener = await listenPinned({
    address,
    port: 0,
    clock,
    credentials: identity.peerCredentials,
    pins: () => 'any',
    protocols: [pairingProtocol],
    onSecured: (socket, from) => pairing.serve(socket, from),
    onStranger: () => {},
  });
  atEnd(t, () => listener.close());
  const pairing = createPairing({
    identity,
    membership,
    clock,
    random,
    addresses,
    interfaces: () => interfaces,
    ports: () => ({ beatPort: 1, channelPort: listener.port }),
    log,
  });
  return { identity, membership, pairing, port: listener.port, path };
}

function join1(from: Box, to: Box, code: string, replace = false) {
  const request = { host: address, port: to.port, code, replace };
  return from.pairing.join(request, new AbortController().signal);
}

async function pair(t: TestContext): Promise<readonly [Box, Box]> {
  const [shows, types] = [await makeBox(t), await makeBox(t)];
  const { code } = shows.pairing.show({ replace: false });
  const joined = await join1(types, shows, code.toLowerCase());
  assert.equal(joined.kind, 'done');
  return [shows, types];
}

const empty = new Uint8Array();
const placeOf = ({ membership }: Box) => membership.current.peer?.place;
const secretOf = ({ membership }: Box) => membership.current.secret ?? empty;

describe('pairing', () => {
  test('with the code, both pin each other, durably, under one secret', async (t) => {
    const [shows, types] = await pair(t);
    assert.equal(types.membership.current.peer?.nodeId, shows.identity.nodeId);
    assert.equal(shows.membership.current.peer?.pin, types.identity.nodeKey.fingerprint);
    assert.deepEqual(types.membership.current.secret, shows.membership.current.secret);
    const again = await openMembership({ files, path: types.path });
    assert.equal(JSON.stringify(again.current.peer?.place), JSON.stringify(placeOf(types)));
    assert.equal(Buffer.compare(again.current.secret ?? empty, secretOf(types)), 0);
    assert.deepEqual([types.membership.boot, again.boot], [1, 2]);
    // The code is used up.
    assert.equal(shows.pairing.shown, undefined);
    const { peer } = types.membership.current;
    assert.ok(peer !== undefined);
    const relation = await types.pairing.relation(peer, new AbortController().signal);
    assert.equal(relation, 'peer');
  });

  test('without a code, with a wrong one, and after too many, nothing is pinned', async (t) => {
    const [shows, types] = [await makeBox(t), await makeBox(t)];
    const refusedWith = async (code: string) => {
      const answer = await join1(types, shows, code);
      return answer.kind === 'refused' ? answer.message : 'paired';
    };
    assert.match(await refusedWith('ABCD-2345'), /no pairing code is shown/);
    const { code } = shows.pairing.show({ replace: false });
    const wrong = code.startsWith('A') ? `B${code.slice(1)}` : `A${code.slice(1)}`;
    for (let attempt = 1; attempt <= pairingLimits.attemptsPerCode; attempt += 1) {
      assert.match(await refusedWith(wrong), /the pairing code is wrong/);
    }
    assert.match(await refusedWith(code), /too many attempts/);
    assert.equal(shows.membership.current.peer, undefined);
    assert.equal(types.membership.current.peer, undefined);
  });

  test('a copy of an appliance is refused', async (t) => {
    const shows = await makeBox(t);
    const copy = await makeBox(t, shows);
    const { code } = shows.pairing.show({ replace: false });
    const answer = await join1(copy, shows, code);
    assert.ok(answer.kind === 'refused');
    assert.match(answer.message, /copy of this one/);
    assert.equal(shows.membership.current.peer, undefined);
  });

  test('a paired appliance takes another peer only in the place of a dead one', async (t) => {
    const [shows, dead] = await pair(t);
    const fresh = await makeBox(t);
    const first = shows.pairing.show({ replace: false });
    const refusal = await join1(fresh, shows, first.code);
    assert.ok(refusal.kind === 'refused');
    assert.match(refusal.message, /paired with/);
    assert.equal(fresh.membership.current.peer, undefined);
    const { generation } = shows.membership.current;
    const second = shows.pairing.show({ replace: true });
    assert.equal((await join1(fresh, shows, second.code)).kind, 'done');
    assert.equal(shows.membership.current.generation, generation + 1);
    const { peer } = dead.membership.current;
    assert.ok(peer !== undefined);
    const relation = await dead.pairing.relation(peer, new AbortController().signal);
    assert.equal(relation, 'unpaired');
  });

  test('what is behind a router, or speaks otherwise, is refused', async (t) => {
    const [shows, types] = [await makeBox(t), await makeBox(t)];
    shows.pairing.show({ replace: false });
    const answer = await types.pairing.join(
      { host: address, port: 1, code: 'ABCD-2345', replace: false },
      new AbortController().signal,
    );
    assert.ok(answer.kind === 'refused' && /does not pair/.test(answer.message));
    assert.equal((await join1(types, shows, 'no code')).kind, 'refused');
  });
});
