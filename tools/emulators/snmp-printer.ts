// Runs emulated SNMP agents of printers as a process of its own:
// node tools/emulators/snmp-printer.ts --help.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { type Fault, faults, startSnmpPrinter } from './snmp-printer/printer.ts';
import { type ShapeName, shapes, type StateName, states } from './snmp-printer/shapes.ts';

const help = `Emulated SNMP agents of printers. Prints one JSON line: {"ports":[…]}.
  --address HOST    where they listen (127.0.0.1)
  --port N          UDP port of the first; the others have the next; 0 takes free ones (0)
  --count N         how many (1)
  --community TEXT  what they answer to (emulated)
  --shape NAME      ${Object.keys(shapes).join(', ')} (laser)
Lines on standard input change all of them:
  ${Object.keys(states).join(', ')}; ${faults.join(', ')}
SIGTERM or SIGINT ends it.
`;

const { values } = parseArgs({
  options: {
    address: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    count: { type: 'string', default: '1' },
    community: { type: 'string', default: 'emulated' },
    shape: { type: 'string', default: 'laser' },
    help: { type: 'boolean', default: false },
  },
});

function isShape(name: string): name is ShapeName {
  return Object.hasOwn(shapes, name);
}

function isState(name: string): name is StateName {
  return Object.hasOwn(states, name);
}

function faultOf(name: string): Fault | undefined {
  return faults.find((fault) => fault === name);
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(help);
  const { shape } = values;
  if (!isShape(shape)) throw new Error(`--shape takes ${Object.keys(shapes).join(', ')}`);
  const { udp } = createLinuxHal({ wallTrusted: () => false });
  const first = Number(values.port);
  const printers = await Promise.all(
    Array.from({ length: Number(values.count) }, (_, at) =>
      startSnmpPrinter({
        udp,
        address: values.address,
        port: first === 0 ? 0 : first + at,
        community: values.community,
        shape,
      }),
    ),
  );
  process.stdout.write(`${JSON.stringify({ ports: printers.map(({ local }) => local.port) })}\n`);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const word = line.trim();
    const fault = faultOf(word);
    for (const printer of printers) {
      if (isState(word)) printer.show(word);
      else if (fault !== undefined) printer.misbehave(fault);
    }
  });
  const stop = () =>
    void Promise.all(printers.map((printer) => printer.close())).then(() => process.exit());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

await main();
