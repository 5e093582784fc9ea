// Rows of the API: who may read by SNMP, and where notifications go.
import { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import {
  newCommunity,
  newTarget,
  newUser,
  type ReaderKind,
  type SnmpReaders,
} from '../../snmp/readers.ts';
import { administrators } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { added, removed, snmpState } from '../schemas/snmp.ts';
import type { ApiServices } from '../services.ts';

const nothing = refused('not-found', 'This appliance has no SNMP agent.');

async function withReaders<Answer>(
  { snmp }: Pick<ApiServices, 'snmp'>,
  work: (readers: SnmpReaders) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  return snmp === undefined ? nothing : await work(snmp.readers);
}

const removal = (kind: ReaderKind, what: string): Route =>
  jsonRoute({
    method: 'DELETE',
    path: `/snmp/${kind}/{name}`,
    summary: `Take away ${what} of SNMP`,
    tag: 'snmp',
    who: administrators,
    params: z.object({ name: z.string().max(64) }),
    query: noQuery,
    input: noBody,
    output: removed,
    run: ({ params: { name }, services }) =>
      withReaders(
        services,
        async (readers) => (await readers.remove(kind, name)) ?? { removed: name },
      ),
  });

export const snmpRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/snmp',
    summary: 'Who may read by SNMP, and where notifications go; no secrets',
    changing: ['engineBoots'],
    tag: 'snmp',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: snmpState,
    run: async ({ services: { snmp } }) => {
      if (snmp === undefined) return nothing;
      const { readers, engine } = snmp;
      return {
        engineId: Buffer.from(engine.id).toString('hex'),
        engineBoots: engine.boots,
        communities: readers.communities(),
        users: readers.users().map(({ auth, priv, ...user }) => ({
          ...user,
          authProtocol: auth.protocol,
          ...(priv === undefined ? {} : { privProtocol: priv.protocol }),
        })),
        targets: readers.targets(),
      };
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/snmp/communities',
    summary: 'Let a community read by SNMP v1 and v2c',
    tag: 'snmp',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newCommunity,
    output: added,
    status: 201,
    run: ({ input, services }) =>
      withReaders(
        services,
        async (readers) => (await readers.addCommunity(input)) ?? { added: input.name },
      ),
  }),
  jsonRoute({
    method: 'POST',
    path: '/snmp/users',
    summary: 'Let a user read by SNMP v3',
    tag: 'snmp',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newUser,
    output: added,
    status: 201,
    run: ({ input, services }) =>
      withReaders(
        services,
        async (readers) => (await readers.addUser(input)) ?? { added: input.name },
      ),
  }),
  jsonRoute({
    method: 'POST',
    path: '/snmp/targets',
    summary: 'Send notifications somewhere',
    tag: 'snmp',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newTarget,
    output: added,
    status: 201,
    run: ({ input, services }) =>
      withReaders(
        services,
        async (readers) => (await readers.addTarget(input)) ?? { added: input.name },
      ),
  }),
  removal('communities', 'a community'),
  removal('users', 'a user'),
  removal('targets', 'a target'),
];
