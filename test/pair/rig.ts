// Two ends of a link on loopback, with real sockets and the real clock.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Body, Message } from '../../firmware/cluster/contract/message.ts';
import type { Identity } from '../../firmware/identity/contract.ts';
import { openIdentity } from '../../firmware/identity/identity.ts';
import type { LinkEvent, Peer, WitnessPlace } from '../../firmware/pair/contract.ts';
import { type RunningLink, startLink } from '../../firmware/pair/link.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { atEnd } from '../at-end.ts';

export const hal = createLinuxHal({ wallTrusted: () => true });

export const address = '127.0.0.1';

export async function makeIdentity(t: TestContext): Promise<Identity> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-pair-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const { files, random } = hal;
  return openIdentity({ files, random, path: join(folder, 'identity.json') });
}

/** Free a moment ago, for both TCP and UDP of an appliance. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(bound !== null && typeof bound !== 'string');
  return bound.port;
}

export interface End {
  readonly identity: Identity;
  readonly port: number;
}

export async function makeEnd(t: TestContext): Promise<End> {
  return { identity: await makeIdentity(t), port: await freePort() };
}

export function asPeer({ identity, port }: End): Peer {
  const { publicKey, fingerprint } = identity.nodeKey;
  return {
    nodeId: identity.nodeId,
    publicKey,
    pin: fingerprint,
    name: 'peer',
    place: { address, beatPort: port, channelPort: 0 },
  };
}

export const secret = Buffer.alloc(32, 7);

export interface EndOptions {
  readonly datagrams?: boolean;
  readonly witness?: WitnessPlace;
  readonly movedAtMs?: () => number;
  readonly secret?: Uint8Array;
}

export interface LinkEnd {
  readonly link: RunningLink;
  readonly events: LinkEvent[];
  /** Resolves with the first event that fits, past ones too. */
  seen(fits: (event: LinkEvent) => boolean): Promise<LinkEvent>;
  send(body: Body, path?: 'direct' | 'witness', connection?: number): Message;
}

export const group = 'group-one';

export async function startEnd(
  t: TestContext,
  own: End,
  other: End,
  options: EndOptions = {},
): Promise<LinkEnd> {
  const { identity, port } = own;
  const link = await startLink({
    self: { nodeId: identity.nodeId, credentials: identity.peerCredentials },
    peer: asPeer(other),
    membership: { generation: 3, secret: options.secret ?? secret, witness: options.witness },
    listen: { address, port },
    datagrams: options.datagrams ?? false,
    clock: hal.clock,
    random: hal.random,
    udp: hal.udp,
    movedAtMs: options.movedAtMs ?? (() => hal.clock.monotonicMs()),
    log: () => {},
  });
  atEnd(t, () => link.stop());
  const events: LinkEvent[] = [];
  const waiting = new Set<() => void>();
  link.join(group, (event) => {
    events.push(event);
    for (const look of waiting) look();
  });
  let seq = 0;
  return {
    link,
    events,
    seen: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    send(body, path = 'direct', connection = 0) {
      seq += 1;
      const header = { generation: 3, node: identity.nodeId, boot: 1, connection, seq };
      link.send(path, group, { header, body });
      return { header, body };
    },
  };
}

/** Both ends connected both ways. */
export async function connected(...ends: readonly LinkEnd[]): Promise<void> {
  const up = ({ link }: LinkEnd) =>
    new Promise<void>((resolve) => {
      const look = () => {
        const { outgoing, incoming } = link.state.paths;
        if (outgoing && incoming) resolve();
      };
      link.onState(look);
      look();
    });
  await Promise.all(ends.map(up));
}

export const term = { generation: 3, counter: 1, node: 'a' };

export const heartbeat: Body = {
  kind: 'heartbeat',
  term,
  role: 'owner',
  mode: 'in-step',
  logEnd: { term, seq: 4 },
  leaseMs: 600,
  wireTailMs: 0,
  confirms: 0,
  epoch: 1,
  yields: false,
};

export function isMessage(seq: number, path: 'direct' | 'witness' = 'direct') {
  return (event: LinkEvent) =>
    event.kind === 'message' && event.path === path && event.message.header.seq === seq;
}
