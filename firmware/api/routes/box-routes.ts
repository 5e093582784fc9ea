// Rows of the API: the box switched off, started again, made as new.
import { isHalError } from '../../../hal/errors.ts';
import { startDeadline } from '../../../hal/time.ts';
import type { BoxStep } from '../../box/contract.ts';
import { refused } from '../../errors/codes.ts';
import { networkSettingsLimits as limits } from '../../limits/network-settings-limits.ts';
import { administrators } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { boxAnswer, factoryReset } from '../schemas/box.ts';
import type { ApiServices } from '../services.ts';

const common = {
  method: 'POST',
  tag: 'system',
  who: administrators,
  params: noParams,
  query: noQuery,
  output: boxAnswer,
} as const;

export const boxRoutes: readonly Route[] = [
  jsonRoute({
    ...common,
    path: '/box/power-off',
    summary: 'Stop in order and switch the box off; jobs wait until it is switched on again',
    input: noBody,
    run: ({ services }) => ask(services, 'power-off'),
  }),
  jsonRoute({
    ...common,
    path: '/box/restart',
    summary: 'Stop in order and start the box again',
    input: noBody,
    run: ({ services }) => ask(services, 'restart'),
  }),
  jsonRoute({
    ...common,
    path: '/box/factory-reset',
    summary: 'Forget everything, jobs and keys too, and start as a new box',
    input: factoryReset,
    run: ({ services }) => ask(services, 'factory-reset'),
  }),
];

async function ask({ box, clock }: ApiServices, step: BoxStep) {
  if (box === undefined) {
    return refused('not-found', 'This machine is not switched by Platen: it is no box of its own.');
  }
  using deadline = startDeadline(clock, limits.applyMs);
  try {
    await box.ask(step, deadline.signal);
    return { taken: step };
  } catch (error) {
    if (!isHalError(error)) throw error;
    return refused('box-not-taken', `The box did not take it: ${error.message}.`);
  }
}
