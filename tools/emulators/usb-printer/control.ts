// The control socket of an emulated USB printer: one JSON object a line, one JSON line as the
// answer.
import { z } from 'zod';
import type { SocketAddress, Tcp, TcpConnection, TcpListener } from '../../../hal/contract.ts';
import { behaviourSchema } from './behaviour.ts';
import type { EmulatedUsbPrinter } from './printer.ts';

const longestLineBytes = 64 * 1024;
const backlog = 4;

const commandSchema = z.union([
  /** Replaces the behaviour; `{}` is a printer that works. */
  z.strictObject({ behave: behaviourSchema }),
  z.strictObject({ say: z.string() }),
  z.strictObject({ plug: z.boolean() }),
  /** Forgets what it took. */
  z.strictObject({ clear: z.literal(true) }),
  z.strictObject({ record: z.literal(true) }),
]);

export function listenForControl(
  tcp: Tcp,
  at: SocketAddress,
  printer: EmulatedUsbPrinter,
): Promise<TcpListener> {
  return tcp.listen({
    ...at,
    backlog,
    onConnection: (connection) => void serve(connection, printer),
  });
}

async function serve(connection: TcpConnection, printer: EmulatedUsbPrinter): Promise<void> {
  try {
    let rest = '';
    const decoder = new TextDecoder();
    for (let part = await connection.read(); part !== undefined; part = await connection.read()) {
      const lines = `${rest}${decoder.decode(part, { stream: true })}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLineBytes) return connection.reset();
      for (const line of lines) {
        const answer = `${JSON.stringify(obey(line, printer))}\n`;
        await connection.write(new TextEncoder().encode(answer));
      }
    }
    await connection.close();
  } catch {
    // The one who gives the commands is gone; the printer goes on as it was told.
    connection.reset();
  }
}

function obey(line: string, printer: EmulatedUsbPrinter): unknown {
  try {
    const command = commandSchema.parse(JSON.parse(line));
    if ('behave' in command) printer.behave(command.behave);
    else if ('say' in command) printer.say(command.say);
    else if ('clear' in command) printer.clear();
    else if ('plug' in command && command.plug) printer.plug();
    else if ('plug' in command) printer.unplug();
    return printer.record();
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
