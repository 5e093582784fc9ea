// The control socket of an emulated raw printer: one JSON object a line, one JSON line as the
// answer.
import { z } from 'zod';
import type { SocketAddress, Tcp, TcpConnection, TcpListener } from '../../../hal/contract.ts';
import { behaviourSchema } from './behaviour.ts';
import type { RawPrinter } from './printer.ts';

const longestLineBytes = 64 * 1024;
const backlog = 4;

const commandSchema = z.union([
  /** Replaces the behaviour; `{}` is a printer that works. */
  z.strictObject({ behave: behaviourSchema }),
  z.strictObject({ say: z.string() }),
  z.strictObject({ sessions: z.literal(true) }),
]);

/** Serves commands to whoever connects: `{"behave": …}`, `{"say": …}`, `{"sessions": true}`. */
export function listenForControl(
  tcp: Tcp,
  at: SocketAddress,
  printer: RawPrinter,
): Promise<TcpListener> {
  return tcp.listen({
    ...at,
    backlog,
    onConnection: (connection) => void serve(connection, printer),
  });
}

async function serve(connection: TcpConnection, printer: RawPrinter): Promise<void> {
  try {
    let rest = '';
    const decoder = new TextDecoder();
    for (let part = await connection.read(); part !== undefined; part = await connection.read()) {
      const lines = `${rest}${decoder.decode(part, { stream: true })}`.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > longestLineBytes) return connection.reset();
      for (const line of lines) {
        const answer = JSON.stringify(await obey(line, printer));
        await connection.write(new TextEncoder().encode(`${answer}\n`));
      }
    }
    await connection.close();
  } catch {
    // The one who gives the commands is gone; the printer goes on as it was told.
    connection.reset();
  }
}

async function obey(line: string, printer: RawPrinter): Promise<unknown> {
  try {
    const command = commandSchema.parse(JSON.parse(line));
    if ('behave' in command) await printer.behave(command.behave);
    else if ('say' in command) printer.say(command.say);
    else return { sessions: printer.sessions() };
    return { ok: true };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
