// Runs an emulated printer that speaks: node tools/emulators/language-printer.ts --help.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { type LanguagePrinter, startLanguagePrinter } from './language-printer/printer.ts';

const help = `An emulated raw printer with a language. Prints {"printer":{address,port}}.
  --listen HOST:PORT    where it takes documents; port 0 takes a free one (127.0.0.1:0)
  --language NAME       pjl, zpl, escpos, mute or babble (pjl)
Lines on its standard input: none, paper-out, cover-open, offline; cancel; stall, go; break;
and with a number of bytes, or none to end it: slow N (a second), break-after N, disconnect-after N.
SIGTERM or SIGINT ends it.
`;

const language = z.enum(['pjl', 'zpl', 'escpos', 'mute', 'babble']);
const trouble = z.enum(['none', 'paper-out', 'cover-open', 'offline']);

/** Commands with a number; false where it is none. */
function obeyed(printer: LanguagePrinter, line: string): boolean {
  const [, command, count] = /^(slow|break-after|disconnect-after)(?: (\d+))?$/.exec(line) ?? [];
  const bytes = count === undefined ? undefined : Number(count);
  if (command === 'slow') printer.slow(bytes);
  else if (command === 'break-after') printer.breakAfter(bytes);
  else if (command === 'disconnect-after') printer.disconnectAfter(bytes);
  return command !== undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:0' },
      language: { type: 'string', default: 'pjl' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const [, address, port] = /^\[?(.+?)\]?:(\d+)$/.exec(values.listen) ?? [];
  if (address === undefined) throw new Error(`not HOST:PORT: ${values.listen}`);
  const hal = createLinuxHal({ wallTrusted: () => false });
  const printer = await startLanguagePrinter({
    tcp: hal.tcp,
    clock: hal.clock,
    address,
    port: Number(port),
    language: language.parse(values.language),
  });
  process.stdout.write(`${JSON.stringify({ printer: printer.local })}\n`);
  const stop = () => void printer.close().then(() => process.exit());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  for await (const line of createInterface({ input: process.stdin })) {
    const now = trouble.safeParse(line.trim());
    if (now.success) printer.trouble(now.data);
    else if (line.trim() === 'cancel') printer.cancel();
    else if (line.trim() === 'break') printer.breakOff();
    else if (/^(stall|go)$/.test(line.trim())) printer.stall(line.trim() === 'stall');
    else if (!obeyed(printer, line.trim())) process.stderr.write(`unknown: ${line}\n`);
  }
}

await main();
