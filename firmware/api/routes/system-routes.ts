// Rows of the API: the appliance, its health and its metrics.
import { metricsText } from '../metrics.ts';
import { viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route, streamRoute } from '../route.ts';
import { appliance } from '../schemas/system.ts';
import type { ApiServices } from '../services.ts';
import type { ApplianceView, HealthView } from '../types.ts';

export const systemRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/system',
    summary: 'What this appliance is, where it listens, and how it is',
    tag: 'system',
    who: viewers,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: appliance,
    run: async ({ services }) => describeAppliance(services),
  }),
  streamRoute({
    method: 'GET',
    path: '~/healthz',
    summary: 'Whether all spoolers live; 503 where one does not',
    tag: 'system',
    who: viewers,
    query: noQuery,
    contentType: 'application/json',
    async run({ services }) {
      const value = await checkHealth(services);
      return { kind: 'json', status: value.status === 'ok' ? 200 : 503, value };
    },
  }),
  streamRoute({
    method: 'GET',
    path: '~/metrics',
    summary: 'Gauges for Prometheus',
    tag: 'system',
    who: viewers,
    query: noQuery,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    run: async ({ services }) => ({
      kind: 'text',
      status: 200,
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      text: await metricsText(services),
    }),
  }),
];

async function describeAppliance(services: ApiServices): Promise<ApplianceView> {
  const { appliance: self, clock } = services;
  const now = clock.wall();
  return {
    product: 'Platen',
    version: self.version,
    nodeId: self.nodeId,
    uptimeSeconds: Math.floor((clock.monotonicMs() - self.startedAtMs) / 1000),
    time: new Date(now.ms).toISOString(),
    timeTrusted: now.trusted,
    ownMachine: services.box !== undefined,
    addresses: await self.addresses(),
    health: await checkHealth(services),
  };
}

async function checkHealth({ directory, pair, appliance: self }: ApiServices): Promise<HealthView> {
  const granted = pair?.thread?.urgency;
  const spoolers = await Promise.all(
    directory.all().map(async (spooler) => ({ id: spooler.id, ...(await spooler.isAlive()) })),
  );
  return {
    status: spoolers.every(({ alive }) => alive) ? 'ok' : 'failed',
    problems: [
      ...new Set([...(self.problems?.() ?? []), ...spoolers.flatMap(({ problems }) => problems)]),
    ],
    spoolers,
    ...(granted && {
      heartbeats: {
        urgency: granted.urgency,
        ...(granted.why !== undefined && { why: granted.why }),
      },
    }),
  };
}
