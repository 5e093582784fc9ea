// Commands for a group's jobs that the other appliance may have printed.
import { settledJobs } from '../../api/schemas/group.ts';
import { job } from '../../api/schemas/job.ts';
import { pageOf } from '../../api/schemas/page.ts';
import type { Command } from '../command.ts';

export const heldJobCommands: readonly Command[] = [
  {
    name: 'group held-jobs',
    summary: 'Jobs that the other appliance may have printed, and that wait for its word',
    usage: 'GROUP',
    arguments: { least: 1, most: 1 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const { items } = await (await api()).get(pathOf(args[0]), pageOf(job));
      if (asJson) return out.json(items);
      out.table(
        ['job', 'name', 'user', 'id'],
        items.map(({ id, number, name, origin }) => [`${number}`, name, origin.userName, id]),
      );
    },
  },
  settling(
    'print',
    'Print them, or the jobs named by id: on paper perhaps a second time',
    'Printing',
  ),
  settling('discard', 'Discard them, or the jobs named by id', 'Discarded'),
];

function settling(what: 'print' | 'discard', summary: string, done: string): Command {
  return {
    name: `group ${what}-held`,
    summary,
    usage: 'GROUP [JOB…]',
    arguments: { least: 1, most: 10_000 },
    options: {},
    async run({ args: [group, ...jobs] }, { api, asJson, out }) {
      const body = jobs.length === 0 ? {} : { jobs };
      const client = await api();
      const { count } = await client.send('POST', `${pathOf(group)}/${what}`, body, settledJobs);
      if (asJson) out.json({ count });
      else out.line(`${done} ${count} ${count === 1 ? 'job' : 'jobs'}.`);
    },
  };
}

function pathOf(group = ''): string {
  return `/groups/${encodeURIComponent(group)}/held-jobs`;
}
