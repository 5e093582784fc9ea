// Commands for devices: what is plugged in or found, and printers made of it.
import { z } from 'zod';
import { device, devicePrinter } from '../../api/schemas/device.ts';
import type { Command } from '../command.ts';

const devices = z.object({ items: z.array(device) });

export const deviceCommands: readonly Command[] = [
  {
    name: 'device list',
    summary: 'What printers can be made of: plugged in, or announced on the network',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {
      search: { type: 'boolean', help: 'Ask the whole network by SNMP broadcast as well' },
    },
    async run(input, { api, asJson, out }) {
      const client = await api();
      if (input.flag('search')) {
        await client.send('POST', '/devices/search', undefined, devices);
      }
      const { items } = await client.get('/devices', devices);
      if (asJson) return out.json(items);
      if (items.length === 0) return out.line('Nothing is plugged in, and nothing was found.');
      out.table(
        ['device', 'from', 'what', 'where', 'monitor', 'port'],
        items.map((item) => [
          item.key,
          item.source,
          item.name,
          item.location === '' ? item.address : `${item.address}, ${item.location}`,
          item.language === undefined ? item.port.monitor : `${item.port.monitor}+${item.language}`,
          item.usedBy ?? '',
        ]),
      );
    },
  },
  {
    name: 'device add',
    summary: 'Make a port and a printer of a device that "device list" names',
    usage: 'DEVICE [--name NAME]',
    arguments: { least: 1, most: 1 },
    options: { name: { type: 'string', value: 'NAME', help: 'What the printer is called' } },
    async run(input, { api, asJson, out }) {
      const body = { key: input.args[0] ?? '', name: input.text('name') };
      const made = await (await api()).send('POST', '/devices', body, devicePrinter);
      if (asJson) return out.json(made);
      out.line(`Added the printer ${made.printer.name} with the port ${made.portName}.`);
    },
  },
];
