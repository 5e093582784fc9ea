// Commands for printer data: the key tree of a printer, as Windows's functions see it.
import { z } from 'zod';
import { dataKey, dataValue, newDataValue } from '../../api/schemas/queue-file.ts';
import { CliError, type Command } from '../command.ts';

const pathOf = (printer: string | undefined) =>
  `/printers/${encodeURIComponent(printer ?? '')}/data`;

export const queueDataCommands: readonly Command[] = [
  {
    name: 'data list',
    summary: 'Keys and values of a key of printer data; of the root without one',
    usage: 'PRINTER [KEY]',
    arguments: { least: 1, most: 2 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const query = new URLSearchParams({ key: keyIn(args[1]) });
      const path = `${pathOf(args[0])}?${query.toString()}`;
      const found = await (await api()).get(path, dataKey);
      if (asJson) return out.json(found);
      out.table(
        ['name', 'type', 'data'],
        [
          ...found.keys.map((key) => [key, 'key', '']),
          ...found.values.map(({ name, value }) => [name, value.type, shown(value)]),
        ],
      );
      out.line(`Change number ${found.changeNumber}.`);
    },
  },
  {
    name: 'data get',
    summary: 'One value of printer data',
    usage: 'PRINTER KEY NAME',
    arguments: { least: 3, most: 3 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const [printer, key, name = ''] = args;
      const query = new URLSearchParams({ key: keyIn(key), name });
      const schema = z.object({ name: z.string(), value: dataValue });
      const path = `${pathOf(printer)}/value?${query.toString()}`;
      const found = await (await api()).get(path, schema);
      if (asJson) out.json(found);
      else out.line(shown(found.value));
    },
  },
  {
    name: 'data set',
    summary: 'Set a value of printer data; several values make a list of strings',
    usage: 'PRINTER KEY NAME VALUE…',
    arguments: { least: 4, most: 1_000 },
    options: {
      type: {
        type: 'string',
        value: 'string|dword|binary|multi-string',
        help: 'What it is; binary takes hexadecimal digits',
      },
    },
    async run(input, { api, asJson, out }) {
      const [printer, key, name = '', ...words] = input.args;
      const value = valueOf(input.text('type'), words);
      const body = { key: keyIn(key), name, value };
      const set = await (await api()).send('POST', pathOf(printer), body, newDataValue);
      if (asJson) out.json(set);
      else out.line(`${set.key}\\${set.name} is set.`);
    },
  },
  {
    name: 'data remove',
    summary: 'Remove a value, or without a name a key with all below it',
    usage: 'PRINTER KEY [NAME]',
    arguments: { least: 2, most: 3 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const [printer, key, name] = args;
      const query = new URLSearchParams({
        key: keyIn(key),
        ...(name === undefined ? {} : { name }),
      });
      const path = `${pathOf(printer)}?${query.toString()}`;
      const schema = z.object({ removed: z.string() });
      const removed = await (await api()).send('DELETE', path, undefined, schema);
      if (asJson) out.json(removed);
      else out.line(`${removed.removed} is removed.`);
    },
  },
];

/** A shell takes backslashes for its own: a slash does as well. */
function keyIn(word: string | undefined): string {
  return (word ?? '').replaceAll('/', '\\');
}

type Value = z.infer<typeof dataValue>;

function valueOf(type: string | undefined, words: readonly string[]): Value {
  const [first = ''] = words;
  const only = () => {
    if (words.length === 1) return first;
    throw new CliError(`A value of type ${type} is one word.`, 2);
  };
  switch (type ?? (words.length > 1 ? 'multi-string' : 'string')) {
    case 'string':
      return { type: 'string', data: only() };
    case 'multi-string':
      return { type: 'multi-string', data: words };
    case 'dword':
      if (/^\d{1,10}$/.test(only()) && Number(first) <= 0xffff_ffff) {
        return { type: 'dword', data: Number(first) };
      }
      throw new CliError(`A dword is a number from 0 to 4294967295, not "${first}".`, 2);
    case 'binary':
      if (/^([0-9a-f]{2})*$/i.test(only())) {
        return { type: 'binary', data: Buffer.from(first, 'hex').toString('base64') };
      }
      throw new CliError('A binary value is given as hexadecimal digits, two a byte.', 2);
    default:
      throw new CliError('--type takes string, dword, binary or multi-string.', 2);
  }
}

function shown(value: Value): string {
  switch (value.type) {
    case 'string':
      return value.data;
    case 'dword':
      return String(value.data);
    case 'binary':
      return Buffer.from(value.data, 'base64').toString('hex');
    case 'multi-string':
      return value.data.join(', ');
  }
}
