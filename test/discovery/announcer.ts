// A program for tests: announces printers on the machine's own network, or browses, and reports
// line by line until its input ends.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createDiscovery } from '../../firmware/discovery/discovery.ts';
import type { KeptName } from '../../firmware/discovery/contract.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { printer } from './rig.ts';

interface Orders {
  readonly name: string;
  readonly distinction: string;
  readonly printerName: string;
  readonly kept: readonly (readonly [string, KeptName])[];
  /** Types to look for, besides announcing. */
  readonly browse: readonly string[];
}

function report(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(orders: Orders): Promise<void> {
  const hal = createLinuxHal({ wallTrusted: () => false });
  const discovery = createDiscovery({
    ...hal,
    log: {
      info() {},
      warn: (message, facts) => report({ warning: message, ...facts }),
    },
    distinction: orders.distinction,
    keptNames: new Map(orders.kept),
    keepName: (key, kept) => report({ key, kept }),
  });
  const office = printer(orders.printerName);
  const raw = { type: '_pdl-datastream', subtypes: [], port: 9100, txt: [] };
  const page = { type: '_http', subtypes: [], port: 8631, txt: [{ key: 'path', value: '/' }] };
  const ipps = { type: '_ipps', subtypes: ['_print'], port: 8643, txt: [] };
  const announced = discovery.announce({
    key: 'node',
    name: orders.name,
    addresses: 'own',
    instances: [{ ...office, services: [...office.services, ipps, raw, page] }],
  });
  await discovery.start();
  const browser = discovery.browse({
    types: orders.browse,
    onChange: () =>
      report({
        found: browser.found().map(({ txt, ...each }) => ({ ...each, txt: [...txt] })),
      }),
  });
  report({ started: true });
  // Each line of input asks for the names of now.
  const input = createInterface({ input: process.stdin });
  input.on('line', () => {
    const { host, instances } = announced.names();
    report({ host, office: instances.get('office') });
  });
  await once(input, 'close');
  browser.stop();
  await discovery.stop();
  report({ stopped: true });
}

await main(JSON.parse(process.argv[2] ?? ''));
