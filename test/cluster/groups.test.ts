// Groups: definitions that are refused, the order of resources, restart, failover and failback.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  defaultPolicy,
  type GroupDefinition,
  type GroupPolicy,
  refuseGroup,
} from '../../firmware/cluster/group-definition.ts';
import {
  type GroupEffect,
  type GroupEvent,
  groupState,
  startGroupResources,
  stepGroup,
} from '../../firmware/cluster/groups.ts';

const accounts: GroupDefinition = {
  id: 'group-1',
  name: 'accounts',
  addresses: ['192.0.2.10'],
  spoolers: ['spooler'],
  preferredOwner: undefined,
  policy: defaultPolicy,
};

describe('definitions', () => {
  const refusals: readonly { what: string; change: Partial<GroupDefinition>; says: RegExp }[] = [
    {
      what: 'a second Print Spooler',
      change: { spoolers: ['one', 'two'] },
      says: /"accounts" has 2 Print Spooler resources/,
    },
    { what: 'none', change: { spoolers: [] }, says: /has 0 Print Spooler resources/ },
    { what: 'a name that is no host name', change: { name: 'a b' }, says: /letters, digits/ },
    { what: 'the name of another', change: { name: 'LABELS' }, says: /name of another group/ },
    { what: 'no IP address', change: { addresses: ['printers'] }, says: /"printers"/ },
    { what: 'another’s address', change: { addresses: ['192.0.2.99'] }, says: /192\.0\.2\.99/ },
    { what: 'a stranger as owner', change: { preferredOwner: 'c' }, says: /"c"/ },
    {
      what: 'failback without a preferred owner',
      change: { policy: { ...defaultPolicy, failback: { kind: 'at-once' } } },
      says: /preferred owner/,
    },
  ];
  const labels = { ...accounts, id: 'group-2', name: 'labels', addresses: ['192.0.2.99'] };
  for (const { what, change, says } of refusals) {
    test(`${what} is refused`, () => {
      const refusal = refuseGroup({ ...accounts, ...change }, [labels], ['a', 'b']);
      assert.match(refusal?.message ?? '', says);
    });
  }

  test('a pair has eight groups at most', () => {
    const others = Array.from({ length: 8 }, (_, index) => ({
      ...labels,
      name: `group-${index}`,
      addresses: [],
    }));
    assert.equal(refuseGroup(accounts, others.slice(1), ['a', 'b']), undefined);
    assert.match(refuseGroup(accounts, others, ['a', 'b'])?.message ?? '', /8/);
  });
});

/** A group whose resources answer at once; what was asked of the shell is kept. */
function createGroup(policy: Partial<GroupPolicy> = {}, preferredOwner?: string) {
  const definition = { ...accounts, preferredOwner, policy: { ...defaultPolicy, ...policy } };
  let group = startGroupResources(definition, 'a', 0);
  let nowMs = 0;
  const feed = (event: GroupEvent): readonly GroupEffect[] => {
    const result = stepGroup(group, event, nowMs);
    group = result.group;
    return result.effects;
  };
  const settle = (event: GroupEvent): readonly string[] => {
    const said: string[] = [];
    let effects = feed(event);
    for (let effect = effects[0]; effect !== undefined; effect = effects[0]) {
      said.push('resource' in effect ? `${effect.kind} ${effect.resource}` : effect.kind);
      if (effect.kind === 'bring-online')
        effects = feed({ kind: 'online', resource: effect.resource });
      else if (effect.kind === 'take-offline') {
        effects = feed({ kind: 'offline', resource: effect.resource });
      } else effects = effects.slice(1);
    }
    return said;
  };
  return {
    get group() {
      return group;
    },
    feed,
    settle,
    wait: (ms: number) => void (nowMs += ms),
    fail: () => settle({ kind: 'failed', resource: 'spooler', reason: 'it ended' }),
  };
}

describe('resources', () => {
  test('come online in the order of their dependencies, and go offline against it', () => {
    const accounts = createGroup();
    assert.equal(groupState(accounts.group), 'Initializing');
    assert.deepEqual(accounts.settle({ kind: 'owned', wanted: 'online' }), [
      'bring-online address',
      'bring-online name',
      'bring-online spooler',
    ]);
    assert.equal(groupState(accounts.group), 'Online');
    assert.deepEqual(accounts.settle({ kind: 'take-offline' }), [
      'take-offline spooler',
      'take-offline name',
      'take-offline address',
    ]);
    assert.equal(groupState(accounts.group), 'Offline');
  });

  test('pending is a state, and one that says nothing for too long has failed', () => {
    const accounts = createGroup();
    accounts.feed({ kind: 'owned', wanted: 'online' });
    assert.equal(accounts.group.resources.address.state, 'OnlinePending');
    accounts.wait(180_000);
    accounts.feed({ kind: 'tick', hour: undefined });
    assert.equal(groupState(accounts.group), 'Failed');
  });

  test('an address that fails stops what depends on it, and is tried again; nothing moves', () => {
    const accounts = createGroup();
    accounts.settle({ kind: 'owned', wanted: 'online' });
    const failed = { kind: 'failed', resource: 'address', reason: 'no carrier' } as const;
    assert.deepEqual(accounts.feed(failed), []);
    assert.equal(accounts.group.resources.spooler.state, 'Offline');
    accounts.wait(1_000);
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), [
      'bring-online address',
      'bring-online name',
      'bring-online spooler',
    ]);
    assert.deepEqual(accounts.group.restarts, []);
  });
});

describe('what people ask', () => {
  test('a group that is wanted offline stays so, whoever owns it, until a person asks', () => {
    const accounts = createGroup();
    assert.deepEqual(accounts.settle({ kind: 'owned', wanted: 'offline' }), []);
    accounts.wait(60_000);
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), []);
    assert.equal(groupState(accounts.group), 'Offline');
    assert.equal(accounts.settle({ kind: 'bring-online' }).at(-1), 'bring-online spooler');
  });

  test('what failed and is taken offline has not failed any more', () => {
    const accounts = createGroup({ restartAction: 'none' });
    accounts.settle({ kind: 'owned', wanted: 'online' });
    accounts.fail();
    accounts.settle({ kind: 'take-offline' });
    assert.equal(groupState(accounts.group), 'Offline');
  });

  test('a changed policy counts from then on', () => {
    const accounts = createGroup();
    accounts.settle({ kind: 'owned', wanted: 'online' });
    const { definition } = accounts.group;
    const policy = { ...definition.policy, restartAction: 'none' } as const;
    accounts.feed({ kind: 'defined', definition: { ...definition, policy } });
    assert.deepEqual(accounts.fail(), ['left-offline']);
  });
});

describe('health', () => {
  test('LooksAlive every 5 s, IsAlive every 60 s, and at once where it looks dead', () => {
    const accounts = createGroup();
    accounts.settle({ kind: 'owned', wanted: 'online' });
    const asked: (GroupEffect | undefined)[] = [];
    for (let second = 1; second <= 60; second += 1) {
      accounts.wait(1_000);
      asked.push(...accounts.feed({ kind: 'tick', hour: undefined }));
    }
    const of = (health: string) =>
      asked.filter((effect) => effect?.kind === 'ask' && effect.health === health).length;
    assert.deepEqual([of('looks-alive'), of('is-alive')], [11, 1]);
    const dead = { kind: 'health', of: 'looks-alive', alive: false, reason: 'hung' } as const;
    assert.deepEqual(accounts.feed(dead), [{ kind: 'ask', health: 'is-alive' }]);
  });
});

describe('restart and failover', () => {
  test('three restarts in 15 min, then the peer, and not twice in 6 h', () => {
    const accounts = createGroup();
    accounts.settle({ kind: 'owned', wanted: 'online' });
    for (let failure = 1; failure <= 3; failure += 1) {
      assert.deepEqual(accounts.fail(), ['bring-online spooler']);
    }
    assert.deepEqual(accounts.fail(), ['fail-over']);
    accounts.settle({ kind: 'released' });
    accounts.settle({ kind: 'owned', wanted: 'online' });
    for (let failure = 1; failure <= 3; failure += 1) accounts.fail();
    assert.deepEqual(accounts.fail(), ['left-offline']);
    assert.equal(groupState(accounts.group), 'Failed');
    assert.deepEqual(accounts.settle({ kind: 'bring-online' }), ['bring-online spooler']);
  });

  test('failures that are long ago don’t count', () => {
    const accounts = createGroup();
    accounts.settle({ kind: 'owned', wanted: 'online' });
    for (let failure = 1; failure <= 9; failure += 1) {
      accounts.wait(6 * 60_000);
      assert.deepEqual(accounts.fail(), ['bring-online spooler']);
    }
  });

  test('the policy may be to restart only, or to do nothing', () => {
    const restarts = createGroup({ restartAction: 'restart', restartThreshold: 1 });
    restarts.settle({ kind: 'owned', wanted: 'online' });
    assert.deepEqual(restarts.fail(), ['bring-online spooler']);
    assert.deepEqual(restarts.fail(), ['left-offline']);
    const nothing = createGroup({ restartAction: 'none' });
    nothing.settle({ kind: 'owned', wanted: 'online' });
    assert.deepEqual(nothing.fail(), ['left-offline']);
  });

  test('a failover that the peer does not take counts for nothing: it is tried again here', () => {
    const accounts = createGroup({ restartThreshold: 0 });
    accounts.settle({ kind: 'owned', wanted: 'online' });
    assert.deepEqual(accounts.fail(), ['fail-over']);
    accounts.feed({ kind: 'fail-over-refused' });
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), []);
    accounts.wait(60_000);
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), ['bring-online spooler']);
    assert.deepEqual(accounts.fail(), ['fail-over']);
  });

  test('a failover that the peer could not take is done once it is in step', () => {
    const accounts = createGroup({ restartThreshold: 0 });
    accounts.settle({ kind: 'owned', wanted: 'online' });
    accounts.fail();
    accounts.feed({ kind: 'fail-over-refused' });
    accounts.wait(1_000);
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), []);
    accounts.feed({ kind: 'peer-in-step', inStep: true });
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), ['fail-over']);
    accounts.wait(1_000);
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), []);
  });

  test('not where the spooler runs again meanwhile', () => {
    const accounts = createGroup({ restartThreshold: 0 });
    accounts.settle({ kind: 'owned', wanted: 'online' });
    accounts.fail();
    accounts.feed({ kind: 'fail-over-refused' });
    accounts.settle({ kind: 'bring-online' });
    accounts.feed({ kind: 'peer-in-step', inStep: true });
    assert.deepEqual(accounts.settle({ kind: 'tick', hour: undefined }), []);
  });

  test('a job that twice was under way when its spooler ended is held', () => {
    const accounts = createGroup();
    accounts.settle({ kind: 'owned', wanted: 'online' });
    const ended = { kind: 'spooler-ended', jobIds: ['poison', 'other'] } as const;
    assert.deepEqual(accounts.feed(ended), []);
    const [hold] = accounts.feed({ kind: 'spooler-ended', jobIds: ['poison'] });
    assert.equal(hold?.kind === 'hold-job' && hold.jobId, 'poison');
  });
});

describe('failback', () => {
  const rows = [
    { what: 'prevented', failback: { kind: 'prevent' }, hour: 3, goes: false },
    { what: 'at once', failback: { kind: 'at-once' }, hour: undefined, goes: true },
    {
      what: 'in its window',
      failback: { kind: 'window', fromHour: 22, toHour: 4 },
      hour: 3,
      goes: true,
    },
    {
      what: 'outside',
      failback: { kind: 'window', fromHour: 22, toHour: 4 },
      hour: 5,
      goes: false,
    },
    {
      what: 'in a window, with a clock that nobody set',
      failback: { kind: 'window', fromHour: 0, toHour: 24 },
      hour: undefined,
      goes: false,
    },
  ] as const;
  for (const { what, failback, hour, goes } of rows) {
    test(`${what}: ${goes}`, () => {
      const accounts = createGroup({ failback }, 'b');
      accounts.settle({ kind: 'owned', wanted: 'online' });
      accounts.feed({ kind: 'peer-in-step', inStep: true });
      accounts.wait(30_000);
      const effects = accounts.settle({ kind: 'tick', hour });
      assert.equal(effects.includes('fail-back'), goes);
    });
  }

  test('not to where its spooler failed too often, until a person says so', () => {
    const accounts = createGroup({ failback: { kind: 'at-once' } }, 'b');
    accounts.settle({ kind: 'owned', wanted: 'online' });
    accounts.feed({ kind: 'failed-on', node: 'b' });
    accounts.feed({ kind: 'peer-in-step', inStep: true });
    accounts.wait(30_000);
    assert.ok(!accounts.settle({ kind: 'tick', hour: undefined }).includes('fail-back'));
    accounts.feed({ kind: 'failed-on', node: undefined });
    assert.ok(accounts.settle({ kind: 'tick', hour: undefined }).includes('fail-back'));
  });

  test('only once the preferred owner was in step for a while', () => {
    const accounts = createGroup({ failback: { kind: 'at-once' } }, 'b');
    accounts.settle({ kind: 'owned', wanted: 'online' });
    accounts.feed({ kind: 'peer-in-step', inStep: true });
    accounts.wait(29_999);
    assert.ok(!accounts.settle({ kind: 'tick', hour: undefined }).includes('fail-back'));
  });
});
