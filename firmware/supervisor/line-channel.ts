// Messages as lines over a pipe: what is no message of the schema, or too long, ends the channel.
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { supervisorLimits } from '../limits/supervisor-limits.ts';

export interface LineChannel<Out, In> {
  /** A channel that is closed drops it. */
  send(message: Out): void;
  onMessage(listener: (message: In) => void): void;
  /** Resolves with the reason. */
  readonly ended: Promise<string>;
  close(): void;
}

export function createLineChannel<Out, In>(
  stream: Duplex,
  schema: z.ZodType<In>,
): LineChannel<Out, In> {
  const ended = Promise.withResolvers<string>();
  let listener: (message: In) => void = () => undefined;
  let rest = '';
  let closed = false;
  const end = (why: string) => {
    if (closed) return;
    closed = true;
    stream.destroy();
    ended.resolve(why);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (closed) return;
      const read = readLine(schema, line);
      if (read === undefined) return end('the other side wrote what is no message');
      listener(read.message);
    }
    if (rest.length > supervisorLimits.lineOctets) end('the other side wrote a line without end');
  });
  stream.on('error', (error: Error) => end(error.message));
  stream.on('close', () => end('the other side closed the pipe'));
  stream.on('end', () => end('the other side closed the pipe'));
  return {
    send(message) {
      if (!closed) stream.write(`${JSON.stringify(message)}\n`);
    },
    onMessage: (given) => void (listener = given),
    ended: ended.promise,
    close: () => end('closed here'),
  };
}

function readLine<In>(schema: z.ZodType<In>, line: string): { readonly message: In } | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(line));
    return parsed.success ? { message: parsed.data } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
