// Runs an emulated USB printer as a process of its own, over one of the carriers.
import { parseArgs } from 'node:util';
import type { SocketAddress, Tcp, TcpListener } from '../../../hal/contract.ts';
import { createLinuxHal } from '../../../hal/linux/linux.ts';
import { behaviourSchema } from './behaviour.ts';
import { listenForControl } from './control.ts';
import { makeModel, type ModelName, modelNames } from './models.ts';
import { EmulatedUsbPrinter } from './printer.ts';

export interface Carrier {
  /** What it is and how a guest gets the printer, as lines of the help. */
  readonly help: string;
  readonly serve: (
    tcp: Tcp,
    at: SocketAddress,
    printer: EmulatedUsbPrinter,
  ) => Promise<TcpListener>;
}

const options = `Prints one JSON line: {"printer":{address,port},"control":…}.
  --listen HOST:PORT    where the carrier connects; port 0 takes a free one (127.0.0.1:0)
  --control HOST:PORT   where it takes commands, one JSON object a line (none)
                        {"behave":{…}} {"say":"text"} {"plug":true} {"clear":true} {"record":true}
  --model NAME          ${modelNames.join(', ')} (raw)
  --serial TEXT         its serial number (PLT0001); '' for none
  --ipp HOST:PORT       the IPP printer behind its IPP channels (none: they answer nothing)
  --out FILE            keeps the bytes of documents
  --behave JSON         how it misbehaves from the start: holdAtByte, portStatus, bytesPerSecond,
                        stallAtByte, unplugAtByte, resetAtByte, deviceId, deaf
SIGTERM or SIGINT ends it.
`;

export async function runEmulator(carrier: Carrier): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:0' },
      control: { type: 'string' },
      model: { type: 'string', default: 'raw' },
      serial: { type: 'string', default: 'PLT0001' },
      ipp: { type: 'string' },
      out: { type: 'string' },
      behave: { type: 'string', default: '{}' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(carrier.help + options);
  const hal = createLinuxHal({ wallTrusted: () => false });
  const keep = values.out === undefined ? undefined : await openOutput(hal, values.out);
  const printer = new EmulatedUsbPrinter({
    model: makeModel(
      modelOf(values.model),
      values.serial === '' ? {} : { serialNumber: values.serial },
    ),
    clock: hal.clock,
    behaviour: behaviourSchema.parse(JSON.parse(values.behave)),
    ...(values.ipp === undefined ? {} : { ipp: { tcp: hal.tcp, printer: parseEnd(values.ipp) } }),
    ...(keep === undefined ? {} : { onBytes: keep }),
  });
  const server = await carrier.serve(hal.tcp, parseEnd(values.listen), printer);
  const control =
    values.control === undefined
      ? undefined
      : await listenForControl(hal.tcp, parseEnd(values.control), printer);
  const ends = { printer: server.local, control: control?.local ?? null };
  process.stdout.write(`${JSON.stringify(ends)}\n`);
  process.once('SIGTERM', () => process.exit());
  process.once('SIGINT', () => process.exit());
}

function modelOf(name: string): ModelName {
  const found = modelNames.find((each) => each === name);
  if (found === undefined) throw new Error(`no model ${name}: ${modelNames.join(', ')}`);
  return found;
}

/** Appends in the order of arrival. */
async function openOutput(
  { files }: Pick<ReturnType<typeof createLinuxHal>, 'files'>,
  path: string,
): Promise<(bytes: Uint8Array) => void> {
  const file = await files.open(path, 'create');
  let sizeBytes = 0;
  let last: Promise<void> = Promise.resolve();
  return (bytes) => {
    const at = sizeBytes;
    const copy = bytes.slice();
    sizeBytes += bytes.length;
    last = last.then(() => file.write(copy, at));
  };
}

function parseEnd(text: string): SocketAddress {
  const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(text) ?? [];
  if (address === undefined || port === undefined) throw new Error(`not HOST:PORT: ${text}`);
  return { address, port: Number(port) };
}
