// Plans the ports of an apply file, by the forms of their monitors.
import { z } from 'zod';
import { portLanguageAnswer, xcvResult } from '../../api/schemas/port.ts';
import type { MonitorView, PortView } from '../../api/types.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { type ApiClient, CliError } from '../command.ts';
import { ownerAndName } from '../commands/owner-and-name.ts';
import type { ApplyStep, WantedPort } from './contract.ts';
import { differencesOf, type Planning } from './planning.ts';

export async function planPorts(planning: Planning): Promise<readonly ApplyStep[]> {
  const steps: ApplyStep[] = [];
  for (const wanted of planning.wanted.ports) steps.push(...(await planPort(planning, wanted)));
  return steps;
}

async function planPort(planning: Planning, wanted: WantedPort): Promise<readonly ApplyStep[]> {
  const now = planning.present.ports.get(wanted.name.toLowerCase());
  if (wanted.absent) return now === undefined ? [] : [removal(wanted, now)];
  const monitor = monitorOf(planning, wanted, now);
  if (monitor === undefined || !knowsFields(planning, wanted, monitor)) return [];
  const languages = languageOf(wanted);
  if (now === undefined) return [addition(wanted, monitor)];
  const secrets = monitor.ui.configurePort.filter(({ type }) => type === 'secret');
  const hidden = new Set(secrets.map(({ name }) => name));
  // A secret is not shown, so nobody can say whether it differs: a port that is there keeps its
  // own.
  const visible = Object.entries(wanted.settings).filter(([name]) => !hidden.has(name));
  const shown = await settingsOf(planning.client, wanted.name);
  const settings = differencesOf(shown, Object.fromEntries(visible));
  const differences = [...settings, ...differencesOf({ ...now.language }, languages)];
  if (differences.length === 0) return [];
  const changed = Object.fromEntries(settings.map(({ member, wanted: value }) => [member, value]));
  return [
    {
      what: 'change',
      kind: 'port',
      name: wanted.name,
      differences,
      async run(client) {
        if (settings.length > 0) await xcv(client, pathOf(wanted.name, 'ConfigPort'), changed);
        if (Object.keys(languages).length > 0) await setLanguage(client, wanted.name, languages);
      },
    },
  ];
}

function monitorOf(
  { present, problems }: Planning,
  { name, monitor: given }: WantedPort,
  now: PortView | undefined,
): MonitorView | undefined {
  const known = present.monitors.filter(({ kind }) => kind === 'port');
  const names = known.map((each) => each.name);
  const wantedName = given ?? now?.info.monitorName;
  if (wantedName === undefined) {
    problems.push(`port "${name}": its monitor is missing; one of ${names.join(', ')}.`);
    return undefined;
  }
  const found = known.find((each) => each.name === wantedName);
  if (found === undefined) {
    const hint = didYouMean(wantedName, names);
    problems.push(`port "${name}": there is no monitor "${wantedName}".${hint}`);
    return undefined;
  }
  if (now === undefined || now.info.monitorName === found.name) return found;
  const has = `it has the monitor "${now.info.monitorName}"`;
  problems.push(`port "${name}": ${has}, which can't become "${found.name}": remove it first.`);
  return undefined;
}

function knowsFields(
  { problems }: Planning,
  { name, settings }: WantedPort,
  { ui }: MonitorView,
): boolean {
  const fields = [...ui.addPort, ...ui.configurePort].map((field) => field.name);
  const known = [...new Set(fields), 'name', 'absent', 'monitor', 'language', 'bidirectional'];
  const unknown = Object.keys(settings).filter((key) => !known.includes(key));
  for (const key of unknown) {
    problems.push(`port "${name}": the key ${key} is not known.${didYouMean(key, known)}`);
  }
  return unknown.length === 0;
}

function addition(wanted: WantedPort, monitor: MonitorView): ApplyStep {
  const { spooler, name } = ownerAndName(wanted.name);
  const languages = languageOf(wanted);
  const members = { monitor: monitor.name, ...wanted.settings, ...languages };
  const query = spooler === undefined ? '' : `?spooler=${encodeURIComponent(spooler)}`;
  return {
    what: 'add',
    kind: 'port',
    name: wanted.name,
    differences: differencesOf(undefined, members).map((each) =>
      isSecret(monitor, each.member) ? { ...each, wanted: '***' } : each,
    ),
    async run(client) {
      const path = `/monitors/${encodeURIComponent(monitor.name)}/xcv/AddPort${query}`;
      await xcv(client, path, { name, ...wanted.settings });
      if (Object.keys(languages).length > 0) await setLanguage(client, wanted.name, languages);
    },
  };
}

function isSecret({ ui }: MonitorView, member: string): boolean {
  return ui.addPort.some(({ name, type }) => name === member && type === 'secret');
}

function removal({ name }: WantedPort, { info }: PortView): ApplyStep {
  return {
    what: 'remove',
    kind: 'port',
    name,
    differences: [],
    run: (client) => xcv(client, pathOf(name, 'DeletePort'), { name: info.name }),
  };
}

function languageOf({ language, bidirectional }: WantedPort) {
  return {
    ...(language === undefined ? {} : { language }),
    ...(bidirectional === undefined ? {} : { bidirectional }),
  };
}

async function settingsOf(
  client: ApiClient,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const path = pathOf(name, 'GetConfigInfo');
  const { output } = await client.send('POST', path, null, xcvResult);
  return z.record(z.string(), z.unknown()).catch({}).parse(output);
}

async function setLanguage(client: ApiClient, name: string, change: unknown): Promise<void> {
  const { spooler, name: own } = ownerAndName(name);
  const query = spooler === undefined ? '' : `?spooler=${encodeURIComponent(spooler)}`;
  const path = `/ports/${encodeURIComponent(own)}/language${query}`;
  await client.send('PATCH', path, change, portLanguageAnswer);
}

function pathOf(name: string, command: string): string {
  const { spooler, name: own } = ownerAndName(name);
  const query = spooler === undefined ? '' : `?spooler=${encodeURIComponent(spooler)}`;
  return `/ports/${encodeURIComponent(own)}/xcv/${command}${query}`;
}

async function xcv(client: ApiClient, path: string, input: unknown): Promise<void> {
  const { status, message = status } = await client.send('POST', path, input, xcvResult);
  if (status !== 'ERROR_SUCCESS') throw new CliError(`The monitor refused: ${message}.`);
}
