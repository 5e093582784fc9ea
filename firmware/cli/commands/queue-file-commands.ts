// Commands for the files of a printer, and for who is connected to it.
import { z } from 'zod';
import { connection, queueFile } from '../../api/schemas/queue-file.ts';
import { CliError, type Command } from '../command.ts';
import { readPages } from '../pages.ts';

const pathOf = (printer: string | undefined) => `/printers/${encodeURIComponent(printer ?? '')}`;

export const queueFileCommands: readonly Command[] = [
  {
    name: 'file list',
    summary: 'The files of a printer that its clients get',
    usage: 'PRINTER',
    arguments: { least: 1, most: 1 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const files = await readPages(await api(), `${pathOf(args[0])}/files`, queueFile);
      if (asJson) return out.json(files);
      out.table(
        ['component', 'file', 'bytes', 'type', 'title'],
        files.map((file) => [
          file.component,
          `${file.directory}\\${file.name}`,
          String(file.sizeBytes),
          file.type,
          file.title,
        ]),
      );
    },
  },
  {
    name: 'file add',
    summary: 'Keep a file with a printer for its clients; it replaces one of its name',
    usage: 'PRINTER FILE|-',
    arguments: { least: 2, most: 2 },
    options: {
      component: { type: 'string', value: 'NAME', help: 'Its key below CopyFiles, such as ICM' },
      directory: { type: 'string', value: 'DIR', help: "Below the client's folder; the component" },
      module: { type: 'string', value: 'color|plain', help: 'Who looks after it; by its ending' },
      name: { type: 'string', value: 'NAME', help: 'Its name at the client; that of the file' },
    },
    async run(input, context) {
      const [printer, file = '-'] = input.args;
      const name = input.text('name') ?? (file === '-' ? undefined : file.split('/').at(-1));
      if (name === undefined) throw new CliError('Standard input needs --name.', 2);
      const component = input.text('component');
      if (component === undefined) throw new CliError('--component is missing.', 2);
      const query = new URLSearchParams({ name, component });
      for (const option of ['directory', 'module']) {
        const value = input.text(option);
        if (value !== undefined) query.set(option, value);
      }
      const client = await context.api();
      const path = `${pathOf(printer)}/files?${query.toString()}`;
      const document = await context.readDocument(file);
      const made = await client.upload(path, 'application/octet-stream', document, queueFile);
      if (context.asJson) return context.out.json(made);
      const { directory, sizeBytes, type, digest } = made;
      context.out.line(`${directory}\\${made.name}: ${sizeBytes} bytes, ${type}, ${digest}.`);
    },
  },
  {
    name: 'file remove',
    summary: 'Take a file from a printer, and at the next look from its clients',
    usage: 'PRINTER DIRECTORY/NAME',
    arguments: { least: 2, most: 2 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const [printer, file = ''] = args;
      const path = `${pathOf(printer)}/files/${encodeURIComponent(file)}`;
      const schema = z.object({ removed: z.string() });
      const removed = await (await api()).send('DELETE', path, undefined, schema);
      if (asJson) out.json(removed);
      else out.line(`${file} is removed.`);
    },
  },
  {
    name: 'connection list',
    summary: 'Who is connected to a printer',
    usage: 'PRINTER',
    arguments: { least: 1, most: 1 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const all = await readPages(await api(), `${pathOf(args[0])}/connections`, connection);
      if (asJson) return out.json(all);
      out.table(
        ['client', 'user', 'address', 'since', 'id'],
        all.map((each) => [
          each.client,
          each.user,
          each.address,
          each.at.trusted ? new Date(each.at.ms).toISOString() : '-',
          each.id,
        ]),
      );
    },
  },
  {
    name: 'connection remove',
    summary: 'Forget a connection whose client is gone',
    usage: 'PRINTER ID',
    arguments: { least: 2, most: 2 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const [printer, id = ''] = args;
      const path = `${pathOf(printer)}/connections/${encodeURIComponent(id)}`;
      const schema = z.object({ removed: z.string() });
      const removed = await (await api()).send('DELETE', path, undefined, schema);
      if (asJson) out.json(removed);
      else out.line('The connection is forgotten.');
    },
  },
];
