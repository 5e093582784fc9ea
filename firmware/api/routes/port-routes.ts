// Rows of the API: ports, monitors, and the Xcv calls by which monitors are administered.
import { z } from 'zod';
import { didYouMean } from '../../config/did-you-mean.ts';
import { refused } from '../../errors/codes.ts';
import { findPort, findSpooler } from '../find.ts';
import { pageBy } from '../page.ts';
import { administrators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, type Route } from '../route.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';
import {
  monitor,
  port,
  portLanguageAnswer,
  portLanguageChange,
  portSettings,
  portWithSettings,
  xcvResult,
} from '../schemas/port.ts';

const ofSpooler = z.object({ spooler: z.string().optional() });
const xcvParams = z.object({ name: z.string().max(512), command: z.string().max(128) });

export const portRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/ports',
    summary: 'The ports, by name, with what their devices say',
    tag: 'ports',
    who: viewers,
    params: noParams,
    query: z.object({ ...pageQuery, ...ofSpooler.shape }),
    input: noBody,
    output: pageOf(port),
    async run({ query, services }) {
      const { directory } = services;
      const only = query.spooler === undefined ? undefined : findSpooler(directory, query.spooler);
      if (only?.kind === 'refused') return only;
      const spoolers = only === undefined ? directory.all() : [only.spooler];
      const lists = spoolers.map(async (spooler) =>
        (await spooler.ports.list()).map((item) => ({ ...item, spooler: spooler.id })),
      );
      const ports = (await Promise.all(lists)).flat();
      return pageBy(ports, (item) => `${item.info.name.toLowerCase()} ${item.spooler}`, query);
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/ports/{name}',
    summary: 'One port with the settings that its monitor keeps; no secrets',
    changing: [
      'used',
      'state',
      'reasons',
      'message',
      'statuses',
      'currentJobId',
      'nextTryInMs',
      'languageMonitor',
    ],
    tag: 'ports',
    who: administrators,
    params: z.object({ name: z.string().max(512) }),
    query: ofSpooler,
    input: noBody,
    output: portWithSettings,
    async run({ params: { name }, query, principal, services }) {
      const found = await findPort(services.directory, query.spooler, name);
      if (found.kind === 'refused') return found;
      const { spooler, port: item } = found;
      const target = { monitor: item.info.monitorName, portName: item.info.name };
      const answer = await spooler.ports.xcv(target, 'GetConfigInfo', null, principal);
      if (!('status' in answer)) return answer;
      const settings = answer.status === 'ERROR_SUCCESS' ? answer.output : {};
      return { ...item, spooler: spooler.id, settings: portSettings.parse(settings) };
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/monitors',
    summary: 'The monitors, with the forms that add and change their ports',
    tag: 'ports',
    who: viewers,
    params: noParams,
    query: z.object({ ...pageQuery, ...ofSpooler.shape }),
    input: noBody,
    output: pageOf(monitor),
    async run({ query, services }) {
      const found = findSpooler(services.directory, query.spooler);
      if (found.kind === 'refused') return found;
      const { spooler } = found;
      const items = spooler.ports.monitors().map((item) => ({ ...item, spooler: spooler.id }));
      // In the order of the monitor table: the usual ones come first, and all fit on one page.
      return { items };
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/monitors/{name}/xcv/{command}',
    summary: 'One Xcv command to a monitor (,XcvMonitor name): AddPort, DeletePort …',
    tag: 'ports',
    who: administrators,
    params: xcvParams,
    query: ofSpooler,
    input: z.json(),
    output: xcvResult,
    async run({ params: { name, command }, query, input, principal, services }) {
      const found = findSpooler(services.directory, query.spooler);
      if (found.kind === 'refused') return found;
      const { ports } = found.spooler;
      const names = ports.monitors().map((item) => item.name);
      if (!names.includes(name)) {
        const hint = didYouMean(name, names);
        return refused('monitor-not-found', `There is no monitor "${name}".${hint}`);
      }
      return ports.xcv({ monitor: name }, command, input, principal);
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/ports/{name}/xcv/{command}',
    summary: 'One Xcv command to a port (,XcvPort name): ConfigPort, GetConfigInfo …',
    tag: 'ports',
    who: administrators,
    params: xcvParams,
    query: ofSpooler,
    input: z.json(),
    output: xcvResult,
    async run({ params: { name, command }, query, input, principal, services }) {
      const found = await findPort(services.directory, query.spooler, name);
      if (found.kind === 'refused') return found;
      const { info } = found.port;
      const target = { monitor: info.monitorName, portName: info.name };
      return found.spooler.ports.xcv(target, command, input, principal);
    },
  }),
  jsonRoute({
    method: 'PATCH',
    path: '/ports/{name}/language',
    summary: 'The language monitor of a port: auto, none or one by name; and bidirectional or not',
    tag: 'ports',
    who: administrators,
    params: z.object({ name: z.string().max(512) }),
    query: ofSpooler,
    input: portLanguageChange,
    output: portLanguageAnswer,
    async run({ params: { name }, query, input, principal, services }) {
      const found = await findPort(services.directory, query.spooler, name);
      if (found.kind === 'refused') return found;
      const { ports } = found.spooler;
      const answer = await ports.setLanguage(found.port.info.name, input, principal);
      return answer.kind === 'refused' ? answer : answer.language;
    },
  }),
];
