// Rows of the API: settings of the configuration that can be changed while the appliance runs.
import type { z } from 'zod';
import { refused, type Refusal } from '../../errors/codes.ts';
import type { Settings } from '../../config/settings.ts';
import { administrators } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { settingChanges, settings } from '../schemas/setting.ts';
import type { ApiServices } from '../services.ts';

const one = {
  path: '/settings',
  tag: 'system',
  // An address of a webhook is often as good as a password.
  who: administrators,
  params: noParams,
  query: noQuery,
  output: settings,
} as const;

export const settingRoutes: readonly Route[] = [
  jsonRoute({
    ...one,
    method: 'GET',
    summary: 'Where log, needs and states are told: what is set, and by whom; no secrets',
    changing: [],
    input: noBody,
    run: async ({ services }) => withSettings(services, async (kept) => view(kept)),
  }),
  jsonRoute({
    ...one,
    method: 'PATCH',
    summary: 'Change such settings; null takes a change back, what is left out stays',
    input: settingChanges,
    run: async ({ input, services }) =>
      withSettings(services, async (kept) => {
        const done = await kept.change(input);
        return done.kind === 'refused' ? done : view(kept);
      }),
  }),
];

async function withSettings<Answer>(
  { settings: kept }: ApiServices,
  run: (kept: Settings) => Promise<Answer | Refusal>,
): Promise<Answer | Refusal> {
  return kept === undefined ? refused('not-found', 'Nothing can be set here.') : run(kept);
}

function view(kept: Settings): z.infer<typeof settings> {
  return {
    items: kept.list().map(({ value, ...rest }) => ({
      ...rest,
      isSet: value !== '',
      ...(rest.secret ? {} : { value }),
    })),
  };
}
