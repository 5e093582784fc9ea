// Plans the printers of an apply file.
import { z } from 'zod';
import { printer } from '../../api/schemas/printer.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { ownerAndName } from '../commands/owner-and-name.ts';
import type { ApplyStep, WantedPrinter } from './contract.ts';
import { differencesOf, ownerIn, type Planning } from './planning.ts';

export function planPrinters(planning: Planning): readonly ApplyStep[] {
  return planning.wanted.printers.flatMap((wanted): readonly ApplyStep[] => {
    const now = planning.present.printers.get(wanted.name.toLowerCase());
    if (wanted.absent) return now === undefined ? [] : [removal(wanted.name)];
    if (!knowsPorts(planning, wanted)) return [];
    const settings = wholeFormats(wanted.settings);
    const differences = differencesOf(now === undefined ? undefined : { ...now }, settings);
    if (now !== undefined && differences.length === 0) return [];
    const kind = 'printer' as const;
    const { name } = wanted;
    if (now === undefined) {
      return [
        {
          what: 'add',
          kind,
          name,
          differences,
          run: async (client) => {
            await client.send('POST', '/printers', { ...ownerAndName(name), ...settings }, printer);
          },
        },
      ];
    }
    const changed = differences.map(({ member, wanted: value }) => [member, value] as const);
    return [
      {
        what: 'change',
        kind,
        name,
        differences,
        run: async (client) => {
          await client.send('PATCH', pathOf(name), Object.fromEntries(changed), printer);
        },
      },
    ];
  });
}

/** As the appliance keeps them: so that the same file finds no difference the next time. */
function wholeFormats(settings: WantedPrinter['settings']): WantedPrinter['settings'] {
  const formats = z.array(z.string()).optional().parse(settings['formats']);
  if (formats === undefined) return settings;
  const all = [...formats.map((format) => format.toLowerCase()), 'application/octet-stream'];
  return { ...settings, formats: [...new Set(all)] };
}

function knowsPorts(
  { present, wanted: { ports }, problems }: Planning,
  { name, settings }: WantedPrinter,
): boolean {
  const owner = ownerIn(name);
  const prefix = owner === undefined ? '' : `${owner.toLowerCase()}/`;
  const own = [
    ...[...present.ports.keys()].filter((key) => key.startsWith(prefix)),
    ...ports.filter((each) => !each.absent).map((each) => each.name.toLowerCase()),
  ].flatMap((key) => {
    const rest = key.slice(prefix.length);
    return key.startsWith(prefix) && !rest.includes('/') ? [rest] : [];
  });
  const named = z.array(z.string()).default([]).parse(settings['portNames']);
  const unknown = named.filter((each) => !own.includes(each.toLowerCase()));
  for (const each of unknown) {
    problems.push(`printer "${name}": there is no port "${each}".${didYouMean(each, own)}`);
  }
  return unknown.length === 0;
}

function removal(name: string): ApplyStep {
  return {
    what: 'remove',
    kind: 'printer',
    name,
    differences: [],
    run: async (client) => {
      await client.send('DELETE', pathOf(name), undefined, z.unknown());
    },
  };
}

function pathOf(name: string): string {
  return `/printers/${encodeURIComponent(name)}`;
}
