// Commands that tell what the appliance is: status, version, config.
import { appliance } from '../../api/schemas/system.ts';
import { printer } from '../../api/schemas/printer.ts';
import { configRows } from '../../config/table.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { Command, CommandContext } from '../command.ts';
import { readPages } from '../pages.ts';
import { printerState } from './printer-text.ts';

const noArguments = { usage: '', arguments: { least: 0, most: 0 }, options: {} } as const;

export const statusCommand: Command = {
  ...noArguments,
  name: 'status',
  summary: 'What the appliance is, where it listens, and how its printers are',
  async run(_input, { api, asJson, out }) {
    const client = await api();
    const system = await client.get('/system', appliance);
    const printers = await readPages(client, '/printers', printer);
    if (asJson) return out.json({ ...system, printers });
    out.line(`Platen ${system.version}, up ${durationText(system.uptimeSeconds)}`);
    for (const { what, address, printer: name } of system.addresses) {
      out.line(`  ${what}: ${address}${name === undefined ? '' : ` (${name})`}`);
    }
    if (!system.timeTrusted) {
      out.line(`CLOCK: ${system.time} is not trusted yet; what waits for a time waits on.`);
    }
    for (const problem of system.health.problems) out.line(`PROBLEM: ${problem}`);
    if (printers.length === 0) out.line('No printers yet: "platen port add", then "printer add".');
    else {
      out.table(
        ['printer', 'state', 'jobs'],
        printers.map((item) => [item.name, printerState(item), `${item.status.queuedJobCount}`]),
      );
    }
  },
};

/**
 * The version and the configuration come from the composition root: they need no running appliance.
 */
export function versionCommand(version: string): Command {
  return {
    ...noArguments,
    name: 'version',
    summary: 'The version of this program',
    async run(_input, { asJson, out }) {
      const { node } = process.versions;
      if (asJson) out.json({ product: 'Platen', version, node, arch: process.arch });
      else out.line(`Platen ${version} (Node ${node}, ${process.arch})`);
    },
  };
}

export function configCommand(
  load: (given: CommandContext['configOptions']) => Promise<LoadedConfig>,
): Command {
  return {
    ...noArguments,
    name: 'config',
    summary: 'Every configuration key, its value, where that comes from, and what it is for',
    async run(_input, { asJson, configOptions, out }) {
      const { values, origins } = await load(configOptions);
      const rows = Object.entries(values).map(([key, value]) => {
        const row = configRows.find((candidate) => candidate.key === key);
        const shown = row?.secret === true && value !== '' ? '(secret)' : value;
        return { key, value: shown, from: origins.get(key) ?? 'default', help: row?.help ?? '' };
      });
      if (asJson) return out.json(rows);
      out.table(
        ['key', 'value', 'from', 'what it is for'],
        rows.map(({ key, value, from, help }) => [key, String(value), from, help]),
      );
    },
  };
}

function durationText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
