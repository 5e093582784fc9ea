// Rows of the API: the groups of the pair.
import { z } from 'zod';
import { canonicalAddress } from '../../../hal/address.ts';
import { startDeadline } from '../../../hal/time.ts';
import { defaultPolicy, type GroupDefinition } from '../../cluster/group-definition.ts';
import { groupState } from '../../cluster/groups.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import { pairLimits } from '../../limits/pair-limits.ts';
import type { GroupControl } from '../../pair/contract.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import { administrators, operators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { group, groupChanges, newGroup } from '../schemas/group.ts';
import { pageOf } from '../schemas/page.ts';
import type { ApiServices } from '../services.ts';
import type { GroupView } from '../types.ts';
import { withPair } from './pair-routes.ts';

const params = z.object({ group: z.string().max(255) });
const one = { tag: 'groups', params, query: noQuery, output: group } as const;

export const groupRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/groups',
    summary: 'The groups of the pair, by name',
    tag: 'groups',
    who: viewers,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: pageOf(group),
    run: ({ services }) =>
      withPair(services, async (pair) => ({
        items: pair.book.list().map((definition) => view(services, pair, definition)),
      })),
  }),
  jsonRoute({
    ...one,
    method: 'POST',
    path: '/groups',
    summary: 'Make a group, on both appliances',
    who: administrators,
    params: noParams,
    input: newGroup,
    status: 201,
    run: ({ input, services }) =>
      withPair(services, async (pair) => {
        if (pair.membership().peer === undefined) {
          return refused('not-paired', 'a group needs a pair');
        }
        const id = services.random.uuid();
        const { name, addresses, preferredOwner, policy } = input;
        const definition: GroupDefinition = {
          id,
          name,
          addresses: addresses.map(canonicalAddress),
          spoolers: input.spoolers ?? [id],
          preferredOwner,
          policy: { ...defaultPolicy, ...policy },
        };
        using deadline = startDeadline(services.clock, pairLimits.pairingMs);
        const made = await pair.book.create(definition, deadline.signal);
        return made.kind === 'refused' ? made : view(services, pair, made.group);
      }),
  }),
  jsonRoute({
    ...one,
    method: 'GET',
    path: '/groups/{group}',
    summary: 'One group, by name or id',
    changing: ['owner', 'ownedHere', 'mode', 'term', 'state', 'resources'],
    who: viewers,
    input: noBody,
    run: (call) => withGroup(call, async (pair, found) => view(call.services, pair, found)),
  }),
  jsonRoute({
    ...one,
    method: 'PATCH',
    path: '/groups/{group}',
    summary: 'Change a group; what is left out stays',
    who: administrators,
    input: groupChanges,
    run: (call) =>
      withGroup(call, async (pair, found) => {
        const { policy, addresses, preferredOwner = found.preferredOwner, ...rest } = call.input;
        const definition: GroupDefinition = {
          ...found,
          ...rest,
          addresses: addresses?.map(canonicalAddress) ?? found.addresses,
          preferredOwner: preferredOwner ?? undefined,
          policy: { ...found.policy, ...policy },
        };
        using deadline = startDeadline(call.services.clock, pairLimits.pairingMs);
        const changed = await pair.book.change(definition, deadline.signal);
        return changed.kind === 'refused' ? changed : view(call.services, pair, changed.group);
      }),
  }),
  jsonRoute({
    ...one,
    method: 'DELETE',
    path: '/groups/{group}',
    summary: 'Remove a group with its printers and jobs; it has to be offline',
    who: administrators,
    input: noBody,
    output: z.object({ removed: z.string() }),
    run: (call) =>
      withGroup(call, async (pair, found) => {
        const state = view(call.services, pair, found).state;
        if (state !== undefined && state !== 'Offline') {
          const message = `group "${found.name}" is ${state}: platen group offline ${found.name}`;
          return refused('job-not-possible', message);
        }
        using deadline = startDeadline(call.services.clock, pairLimits.pairingMs);
        const done = await pair.book.remove(found.id, deadline.signal);
        return done.kind === 'refused' ? done : { removed: found.id };
      }),
  }),
  actionRoute('move', 'Hand a group to the other appliance, in order', (control, id) =>
    control.move(id),
  ),
  actionRoute('offline', 'Take a group offline, after the jobs that print', (control, id) =>
    control.takeOffline(id),
  ),
  actionRoute('online', 'Bring a group online', (control, id) => control.bringOnline(id)),
];

function actionRoute(
  what: string,
  summary: string,
  act: (control: GroupControl, id: string) => Promise<{ readonly kind: 'done' } | Refusal>,
): Route {
  return jsonRoute({
    ...one,
    method: 'POST',
    path: `/groups/{group}/${what}`,
    summary,
    who: operators,
    input: noBody,
    run: (call) =>
      withGroup(call, async (pair, found) => {
        const { control } = pair;
        if (control === undefined) return refused('not-live', 'the groups have not started yet');
        const done = await act(control, found.id);
        return done.kind === 'refused' ? done : view(call.services, pair, found);
      }),
  });
}

async function withGroup<Answer>(
  call: { readonly params: z.infer<typeof params>; readonly services: ApiServices },
  run: (pair: PairRoom, found: GroupDefinition) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  return withPair(call.services, async (pair) => {
    const found = pair.book.find(call.params.group);
    if (found !== undefined) return run(pair, found);
    const names = pair.book.list().map(({ name }) => name);
    const hint = didYouMean(call.params.group, names);
    return refused('group-not-found', `There is no group "${call.params.group}".${hint}`);
  });
}

function view(services: ApiServices, pair: PairRoom, definition: GroupDefinition): GroupView {
  const { id, name, addresses, preferredOwner, policy } = definition;
  const seen = pair.thread?.view(id);
  const known = pair.control?.resources(id);
  const owner = seen?.owner;
  return {
    id,
    name,
    addresses,
    policy,
    ...(preferredOwner === undefined ? {} : { preferredOwner }),
    ...(owner === undefined ? {} : { owner }),
    ownedHere: owner === services.appliance.nodeId,
    mode: seen?.mode ?? 'unknown',
    ...(seen === undefined ? {} : { term: seen.term.counter }),
    ...(known === undefined ? {} : { state: groupState(known), resources: known.resources }),
  };
}
