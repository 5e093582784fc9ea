// Runs an emulated LPD printer as a process of its own: node tools/emulators/lpd-printer.ts --help.
import { parseArgs } from 'node:util';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { behaviourSchema } from './lpd-printer/behaviour.ts';
import { startLpdPrinter } from './lpd-printer/printer.ts';

const help = `An emulated LPD printer. Prints {"printer":{address,port}}, then the sessions.
  --listen HOST:PORT    where it takes jobs; port 0 takes a free one (127.0.0.1:0)
  --behave JSON         how it misbehaves: refuse, queues, refuseAt, refuseCode, refuseText,
                        silentAt, closeAt, stallAtByte, resetAtByte, disconnectAtByte,
                        refuseAtByte, bytesPerSecond, untilClose, neverClose, queueState
SIGTERM or SIGINT ends it.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:0' },
      behave: { type: 'string', default: '{}' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(values.listen) ?? [];
  if (address === undefined) throw new Error(`not HOST:PORT: ${values.listen}`);
  const hal = createLinuxHal({ wallTrusted: () => false });
  const printer = await startLpdPrinter({
    tcp: hal.tcp,
    clock: hal.clock,
    address,
    port: Number(port),
    behaviour: behaviourSchema.parse(JSON.parse(values.behave)),
    onChange: (record) => {
      if (record.end !== 'open') process.stdout.write(`${JSON.stringify(record)}\n`);
    },
  });
  process.stdout.write(`${JSON.stringify({ printer: printer.local })}\n`);
  const stop = () => void printer.close().then(() => process.exit());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

await main();
