// Runs an emulated IPP printer as a process of its own: node tools/emulators/ipp-printer.ts --help.
import { parseArgs } from 'node:util';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { behaviourSchema } from './ipp-printer/behaviour.ts';
import { startIppPrinter } from './ipp-printer/printer.ts';

const help = `An emulated IPP printer. Prints {"printer":{address,port}}, then each job as it ends.
  --listen HOST:PORT    where it takes requests; port 0 takes a free one (127.0.0.1:0)
  --behave JSON         what it does: refuse, stallAtByte, resetAtByte, disconnectAtByte,
                        bytesPerSecond, answerAtByte, refuseOperation, dropAnswerTo, silentTo,
                        accepting, printerState, printerReasons, printerMessage, formats,
                        noCreateJob, oldVersion, hold, jobEnd, jobReasons, keepsBroken, forgetsJobs,
                        httpStatus, credentials, garbage, endless
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
  const printer = await startIppPrinter({
    tcp: hal.tcp,
    clock: hal.clock,
    address,
    port: Number(port),
    behaviour: behaviourSchema.parse(JSON.parse(values.behave)),
    onChange: (record) => {
      if (record.state >= 7) process.stdout.write(`${JSON.stringify(record)}\n`);
    },
  });
  process.stdout.write(`${JSON.stringify({ printer: printer.local })}\n`);
  const stop = () => void printer.close().then(() => process.exit());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

await main();
