// Rows of the API: the files of a printer, its data, and who is connected to it.
import { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import { parseFilePlace } from '../../queue-files/names.ts';
import { principalName } from '../principal.ts';
import { findPrinter } from '../find.ts';
import { pageBy } from '../page.ts';
import { administrators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noQuery, type Route, streamBody } from '../route.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';
import { connection, dataKey, dataValue, newDataValue, queueFile } from '../schemas/queue-file.ts';

const params = z.object({ printer: z.string().max(512) });
const fileParams = params.extend({ file: z.string().max(2_048) });
const words = z.string().min(1).max(1_024);

/** The appliance itself looks, as a client of its own. */
const ownClient = (userName: string) => ({
  machineName: 'platen',
  userName,
  buildNumber: 0,
  majorVersion: 0,
  minorVersion: 0,
  processorArchitecture: '',
});

export const queueFileRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/printers/{printer}/files',
    summary: 'The files of a printer, by directory and name',
    tag: 'printers',
    who: viewers,
    params,
    query: z.object(pageQuery),
    input: noBody,
    output: pageOf(queueFile),
    async run({ params: { printer: name }, query, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const files = await found.spooler.files.list(found.printer.id);
      return pageBy(files, (file) => `${file.directory}\\${file.name}`.toLowerCase(), query);
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/printers/{printer}/files',
    summary: 'Keep the body of the request as a file of the printer, in place of one of its name',
    tag: 'printers',
    who: administrators,
    params,
    query: z.object({
      name: words,
      component: words,
      directory: words.optional(),
      module: words.optional(),
    }),
    input: streamBody,
    output: queueFile,
    status: 201,
    async run({ params: { printer: name }, query, principal, raw, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { id } = found.printer;
      const wanted = { ...query, sizeBytes: raw.sizeBytes };
      const done = await found.spooler.files.put(id, raw.bytes, wanted, principal);
      services.audit.add({
        who: principalName(principal),
        address: raw.address,
        what: `POST /api/v1/printers/${name}/files`,
        outcome: done.kind === 'refused' ? done.code : 'done',
        ...(done.kind === 'refused' ? { asked: query } : { after: done.file }),
      });
      return done.kind === 'refused' ? done : done.file;
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/printers/{printer}/files/{file}',
    summary: 'Remove a file, by directory and name: Color%5Cpress.icc',
    tag: 'printers',
    who: administrators,
    params: fileParams,
    query: noQuery,
    input: noBody,
    output: z.object({ removed: z.string() }),
    async run({ params: { printer: name, file }, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const place = parseFilePlace(file);
      if (place === undefined) return noPlace(file);
      const done = await found.spooler.files.remove(found.printer.id, place, principal);
      return done.kind === 'refused' ? done : { removed: file };
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/printers/{printer}/data',
    summary: 'Printer data: keys and values of one key (EnumPrinterKey, EnumPrinterDataEx)',
    tag: 'printers',
    who: viewers,
    params,
    query: z.object({ key: z.string().max(4_096).default('') }),
    input: noBody,
    changing: [],
    output: dataKey,
    async run({ params: { printer: name }, query: { key }, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { data } = found.spooler;
      const { id } = found.printer;
      const below = await data.enumKey(id, key);
      if (below.kind === 'refused') return below;
      const here = await data.enumDataEx(id, key, ownClient(principalName(principal)));
      if (here.kind === 'refused') return here;
      const { number } = await data.changes(id);
      return { key, keys: below.keys, values: here.values, changeNumber: number };
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/printers/{printer}/data',
    summary: 'Set a value of printer data; its key is made (SetPrinterDataEx)',
    tag: 'printers',
    who: administrators,
    params,
    query: noQuery,
    input: newDataValue,
    output: newDataValue,
    async run({ params: { printer: name }, input, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { key, name: valueName, value } = input;
      const { data } = found.spooler;
      const done = await data.setDataEx(found.printer.id, key, valueName, value, principal);
      return done.kind === 'refused' ? done : input;
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/printers/{printer}/data',
    summary: 'Remove a value (DeletePrinterDataEx), or without a name the key (DeletePrinterKey)',
    tag: 'printers',
    who: administrators,
    params,
    query: z.object({ key: z.string().max(4_096), name: words.optional() }),
    input: noBody,
    output: z.object({ removed: z.string() }),
    async run({ params: { printer: name }, query, principal, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { data } = found.spooler;
      const { id } = found.printer;
      const done =
        query.name === undefined
          ? await data.deleteKey(id, query.key, principal)
          : await data.deleteDataEx(id, query.key, query.name, principal);
      return done.kind === 'refused' ? done : { removed: query.name ?? query.key };
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/printers/{printer}/data/value',
    summary: 'One value of printer data (GetPrinterDataEx)',
    tag: 'printers',
    who: viewers,
    params,
    query: z.object({ key: z.string().max(4_096), name: words }),
    input: noBody,
    changing: [],
    output: z.object({ name: z.string(), value: dataValue }),
    async run({ params: { printer: name }, query, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const { data } = found.spooler;
      const got = await data.getDataEx(found.printer.id, query.key, query.name);
      return got.kind === 'refused' ? got : { name: query.name, value: got.value };
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/printers/{printer}/connections',
    summary: 'Who is connected to a printer: who, from where, when',
    tag: 'printers',
    who: viewers,
    params,
    query: z.object(pageQuery),
    input: noBody,
    output: pageOf(connection),
    async run({ params: { printer: name }, query, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const all = await found.spooler.files.connections(found.printer.id);
      return pageBy(all, (each) => `${each.client} ${each.user} ${each.id}`, query);
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/printers/{printer}/connections/{connection}',
    summary: 'Forget a connection whose client is gone',
    tag: 'printers',
    who: administrators,
    params: params.extend({ connection: z.string().max(64) }),
    query: noQuery,
    input: noBody,
    output: z.object({ removed: z.string() }),
    async run({ params: { printer: name, connection: id }, services }) {
      const found = await findPrinter(services.directory, name);
      if (found.kind === 'refused') return found;
      const done = await found.spooler.files.disconnect(found.printer.id, id);
      return done.kind === 'refused' ? done : { removed: id };
    },
  }),
];

function noPlace(file: string): Refusal {
  const shown = JSON.stringify(file.slice(0, 200));
  return refused('bad-request', `${shown} names no file: DIRECTORY\\NAME does.`);
}
