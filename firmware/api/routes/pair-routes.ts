// Rows of the API: the pair — pairing by code, unpairing, leaving in order, the witness.
import { z } from 'zod';
import { canonicalAddress } from '../../../hal/address.ts';
import { startDeadline } from '../../../hal/time.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import { apiLimits } from '../../limits/api-limits.ts';
import { pairLimits } from '../../limits/pair-limits.ts';
import type { PairRoom } from '../../pair/room-contract.ts';
import { jobsOfPair } from '../pair-jobs.ts';
import { printersOfPeer } from '../peer-printers.ts';
import { administrators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import {
  joinInput,
  pairingCode,
  pairJobs,
  pairView,
  peerPrinters,
  showCodeInput,
  unpairInput,
  witnessInput,
} from '../schemas/pair.ts';
import type { ApiServices } from '../services.ts';
import type { PairView } from '../types.ts';

/** Everything here changes the pair, and needs it. */
const administering = {
  tag: 'pair',
  who: administrators,
  params: noParams,
  query: noQuery,
} as const;

export const pairRoutes: readonly Route[] = [
  jsonRoute({
    ...administering,
    method: 'GET',
    path: '/pair',
    summary: 'The pair: who the peer is, and how the two hear each other',
    who: viewers,
    changing: ['link', 'code', 'peer'],
    input: noBody,
    output: pairView,
    run: ({ services }) => withPair(services, async (pair) => view(services, pair)),
  }),
  jsonRoute({
    ...administering,
    method: 'GET',
    path: '/pair/printers',
    summary: 'The printers of the other appliance; how they are is unknown while it is gone',
    who: viewers,
    input: noBody,
    output: peerPrinters,
    run: ({ raw, services }) => withPair(services, () => printersOfPeer(raw)),
  }),
  jsonRoute({
    ...administering,
    method: 'GET',
    path: '/pair/jobs',
    summary: 'Jobs of this appliance, of the groups and of the other one, in one list',
    who: viewers,
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(apiLimits.pairJobsMost)
        .default(apiLimits.pageItems),
      after: z.string().optional(),
      which: z.enum(['completed', 'not-completed', 'held']).default('not-completed'),
    }),
    input: noBody,
    output: pairJobs,
    run: ({ raw, query }) => jobsOfPair(raw, query),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/pair/code',
    summary: 'Show a pairing code, for ten minutes and five attempts',
    input: showCodeInput,
    output: pairingCode,
    run: ({ input, services }) =>
      withPair(services, async (pair) => {
        const shown = await pair.showCode(input);
        if (shown.kind === 'refused') return shown;
        const { code, secondsLeft, attemptsLeft } = shown;
        return { code, secondsLeft, attemptsLeft };
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'DELETE',
    path: '/pair/code',
    summary: 'Show the pairing code no longer',
    input: noBody,
    output: pairView,
    run: ({ services }) =>
      withPair(services, async (pair) => {
        pair.pairing.hide();
        return view(services, pair);
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/pair/join',
    summary: 'Pair with the appliance that shows a code',
    input: joinInput,
    output: pairView,
    run: ({ input, services }) =>
      withPair(services, async (pair) => {
        using deadline = startDeadline(services.clock, pairLimits.pairingMs);
        const joined = await pair.join(input, deadline.signal);
        return joined.kind === 'refused' ? joined : view(services, pair);
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/pair/unpair',
    summary: 'End the pair on this appliance; refused while there are groups, unless forced',
    input: unpairInput,
    output: pairView,
    run: ({ input, services }) =>
      withPair(services, async (pair) => {
        const done = await pair.unpair(input);
        return done.kind === 'refused' ? done : view(services, pair);
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/pair/leave',
    summary: 'Hand all groups to the peer, and take none over before this start ends',
    input: noBody,
    output: pairView,
    run: ({ services }) =>
      withPair(services, async (pair) => {
        if (pair.control === undefined) return refused('not-found', 'no groups run here');
        await pair.control.leave();
        return view(services, pair);
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'POST',
    path: '/pair/witness',
    summary: 'Set the witness on both appliances; only before there are groups',
    input: witnessInput,
    output: pairView,
    run: ({ input, services }) =>
      withPair(services, async (pair) => {
        const { address, port, tlsPin, userName, password = '' } = input;
        const witness = {
          address: canonicalAddress(address),
          port,
          tls: tlsPin === undefined ? undefined : { pin: tlsPin.toLowerCase() },
          login: userName === undefined ? undefined : { name: userName, password },
        };
        return setWitness(services, pair, witness);
      }),
  }),
  jsonRoute({
    ...administering,
    method: 'DELETE',
    path: '/pair/witness',
    summary: 'Do without a witness, on both appliances; only before there are groups',
    input: noBody,
    output: pairView,
    run: ({ services }) => withPair(services, (pair) => setWitness(services, pair, undefined)),
  }),
];

async function setWitness(
  services: ApiServices,
  pair: PairRoom,
  witness: Parameters<PairRoom['setWitness']>[0],
): Promise<PairView | Refusal> {
  using deadline = startDeadline(services.clock, pairLimits.pairingMs);
  const done = await pair.setWitness(witness, deadline.signal);
  return done.kind === 'refused' ? done : view(services, pair);
}

/** For rows of the pair and of groups. */
export async function withPair<Answer>(
  { pair }: ApiServices,
  run: (pair: PairRoom) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  return pair === undefined ? refused('not-found', 'nothing can be paired here') : run(pair);
}

function view(services: ApiServices, pair: PairRoom): z.input<typeof pairView> {
  const { peer, generation, witness } = pair.membership();
  const { standing, thread } = pair;
  const { version, relation, echoMs, connected } = standing;
  const paths = thread?.link.paths;
  return {
    nodeId: services.appliance.nodeId,
    paired: peer !== undefined,
    generation,
    ...(peer === undefined
      ? {}
      : {
          peer: {
            nodeId: peer.nodeId,
            name: peer.name,
            ...peer.place,
            pin: peer.pin,
            connected,
            version,
            relation,
          },
        }),
    link: {
      outgoing: paths?.outgoing ?? false,
      incoming: paths?.incoming ?? false,
      datagrams: paths?.udp ?? false,
      witness: thread?.link.witness ?? 'none',
      echoMs,
    },
    ...(witness === undefined
      ? {}
      : {
          witness: {
            address: witness.address,
            port: witness.port,
            tls: witness.tls !== undefined,
          },
        }),
    ...(pair.pairing.shown === undefined ? {} : { code: pair.pairing.shown }),
  };
}
