// The command that shows the audit trail.
import { z } from 'zod';
import { auditEntry } from '../../api/schemas/audit.ts';
import type { Command } from '../command.ts';

const shown = 50;

export const auditCommand: Command = {
  name: 'audit',
  summary: 'What people and programs changed, newest first',
  usage: '',
  arguments: { least: 0, most: 0 },
  options: { limit: { type: 'string', value: 'N', help: `How many; ${shown} without it` } },
  async run(input, { api, asJson, out }) {
    const limit = input.text('limit') ?? String(shown);
    const page = z.object({ items: z.array(auditEntry) });
    const { items } = await (await api()).get(`/audit?limit=${encodeURIComponent(limit)}`, page);
    if (asJson) return out.json(items);
    out.table(
      ['when', 'who', 'from', 'what', 'outcome'],
      items.map(({ at, who, address, what, outcome }) => [
        `${new Date(at.ms).toISOString()}${at.trusted ? '' : '?'}`,
        who,
        address === '' ? 'the box' : address,
        what,
        outcome,
      ]),
    );
  },
};
