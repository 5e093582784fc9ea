// Rows of the API: the box's own network, and the trial of a change.
import { type Refusal, refused } from '../../errors/codes.ts';
import {
  type NetworkAdministration,
  networkSettings,
  type NetworkSettings,
} from '../../network-settings/contract.ts';
import { administrators } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { networkChange, networkView } from '../schemas/network.ts';
import type { ApiServices } from '../services.ts';

const common = { tag: 'system', who: administrators, params: noParams, query: noQuery } as const;

export const networkRoutes: readonly Route[] = [
  jsonRoute({
    ...common,
    method: 'GET',
    path: '/network',
    summary: "The box's network settings, and whether a change waits to be confirmed",
    input: noBody,
    output: networkView,
    run: async ({ services }) => withNetwork(services, async (network) => viewOf(network)),
  }),
  jsonRoute({
    ...common,
    method: 'PATCH',
    path: '/network',
    summary: 'Change the network settings; they go back after 60 s unless confirmed',
    input: networkChange,
    output: networkView,
    run: async ({ input, services }) =>
      withNetwork(services, async (network) => {
        const answer = await network.change(merged(network.view().settings, input));
        return answer.kind === 'refused' ? answer : viewOf(network);
      }),
  }),
  step('confirm', 'Keep the network settings that are on trial'),
  step('revert', 'Bring back the network settings from before the trial'),
];

function step(what: 'confirm' | 'revert', summary: string): Route {
  return jsonRoute({
    ...common,
    method: 'POST',
    path: `/network/${what}`,
    summary,
    input: noBody,
    output: networkView,
    run: async ({ services }) =>
      withNetwork(services, async (network) => {
        const answer = await network[what]();
        return answer.kind === 'refused' ? answer : viewOf(network);
      }),
  });
}

function merged(before: NetworkSettings, given: object): NetworkSettings {
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return networkSettings.parse({ ...before, ...Object.fromEntries(named) });
}

function viewOf(network: NetworkAdministration) {
  const { settings, trial } = network.view();
  return { settings, trial: trial ?? null };
}

async function withNetwork<T>(
  { network }: ApiServices,
  work: (network: NetworkAdministration) => Promise<T | Refusal>,
): Promise<T | Refusal> {
  if (network !== undefined) return work(network);
  return refused('not-found', 'The network of this machine is not administered by Platen.');
}
