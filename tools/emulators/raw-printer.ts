// Runs an emulated raw printer as a process of its own: node tools/emulators/raw-printer.ts --help.
import { parseArgs } from 'node:util';
import type { SocketAddress } from '../../hal/contract.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { behaviourSchema } from './raw-printer/behaviour.ts';
import { listenForControl } from './raw-printer/control.ts';
import { startRawPrinter } from './raw-printer/printer.ts';
import { createFolderSink, nullSink } from './raw-printer/sink.ts';

const help = `An emulated raw printer. Prints one JSON line: {"printer":{address,port},"control":…}.
  --listen HOST:PORT    where it takes documents; port 0 takes a free one (127.0.0.1:0)
  --control HOST:PORT   where it takes commands, one JSON object a line (none)
                        {"behave":{…}} {"say":"text"} {"sessions":true}
  --out DIR             keeps each session as DIR/job-0001.bin; the sender's FIN is answered
                        after the file is closed (none: bytes are only counted)
  --behave JSON         how it misbehaves from the start: refuse, stallAtByte, paperForBytes,
                        bytesPerSecond, resetAtByte, disconnectAtByte, oneSession, neverClose,
                        resetAtEnd, answer, answerCount
SIGTERM or SIGINT ends it.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:0' },
      control: { type: 'string' },
      out: { type: 'string' },
      behave: { type: 'string', default: '{}' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);

  const hal = createLinuxHal({ wallTrusted: () => false });
  if (values.out !== undefined) await hal.files.makeDirectory(values.out);
  const printer = await startRawPrinter({
    tcp: hal.tcp,
    clock: hal.clock,
    ...parseEnd(values.listen),
    openSink: values.out === undefined ? nullSink : createFolderSink(hal.files, values.out),
    behaviour: behaviourSchema.parse(JSON.parse(values.behave)),
  });
  const control =
    values.control === undefined
      ? undefined
      : await listenForControl(hal.tcp, parseEnd(values.control), printer);
  process.stdout.write(
    `${JSON.stringify({ printer: printer.local, control: control?.local ?? null })}\n`,
  );

  const stop = () =>
    void Promise.all([printer.close(), control?.close()]).then(() => process.exit());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function parseEnd(text: string): SocketAddress {
  const found = /^\[?(.+?)\]?:(\d+)$/.exec(text);
  const [, address, port] = found ?? [];
  if (address === undefined || port === undefined) throw new Error(`not HOST:PORT: ${text}`);
  return { address, port: Number(port) };
}

await main();
