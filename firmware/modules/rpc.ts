// Calls between two threads, both ways: named targets, methods, one abort signal a call.
import { z } from 'zod';
import { modulesLimits as limits } from '../limits/modules-limits.ts';

export interface RpcChannel {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

export interface RpcCall {
  readonly target: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly signal?: AbortSignal | undefined;
}

/** What the other side may call; what it throws is told there. */
export type RpcServe = (call: RpcCall & { readonly signal: AbortSignal }) => Promise<unknown>;

export interface Rpc {
  /** Rejects as the other side does, with its message and code, or with the end of the channel. */
  call(call: RpcCall): Promise<unknown>;
  /** Everything under way rejects with it, and all that follows. */
  end(error: Error): void;
}

const message = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    id: z.int(),
    target: z.string(),
    method: z.string(),
    args: z.array(z.unknown()),
  }),
  z.object({ kind: z.literal('abort'), id: z.int() }),
  z.object({ kind: z.literal('done'), id: z.int(), value: z.unknown() }),
  z.object({
    kind: z.literal('failed'),
    id: z.int(),
    message: z.string(),
    code: z.string().optional(),
  }),
]);

type Message = z.infer<typeof message>;

/** An error of the other side. */
export class RpcError extends Error {
  /** Of HalError or RegistryError, where it was one. */
  readonly code: string | undefined;

  constructor(text: string, code: string | undefined) {
    super(text);
    this.name = 'RpcError';
    this.code = code;
  }
}

export function createRpc(channel: RpcChannel, serve: RpcServe): Rpc {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const serving = new Map<number, AbortController>();
  let lastId = 0;
  let ended: Error | undefined;
  const post = (out: Message) => channel.post(out);

  const answer = async (call: Extract<Message, { readonly kind: 'call' }>) => {
    const { id } = call;
    const controller = new AbortController();
    serving.set(id, controller);
    try {
      const value = await serve({ ...call, signal: controller.signal });
      post({ kind: 'done', id, value });
    } catch (error) {
      post({ kind: 'failed', id, ...wordsOf(error) });
    } finally {
      serving.delete(id);
    }
  };

  channel.onMessage((incoming) => {
    const read = message.safeParse(incoming);
    if (!read.success || ended !== undefined) return;
    const { data } = read;
    if (data.kind === 'call') return void answer(data);
    if (data.kind === 'abort') return serving.get(data.id)?.abort();
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === 'done') call?.resolve(data.value);
    else call?.reject(new RpcError(data.message, data.code));
  });

  return {
    async call({ target, method, args, signal }) {
      if (ended !== undefined) throw ended;
      lastId += 1;
      const id = lastId;
      const call = Promise.withResolvers<unknown>();
      waiting.set(id, call);
      const abort = () => post({ kind: 'abort', id });
      signal?.addEventListener('abort', abort, { once: true });
      try {
        post({ kind: 'call', id, target, method, args: [...args] });
        if (signal?.aborted === true) abort();
        return await call.promise;
      } finally {
        waiting.delete(id);
        signal?.removeEventListener('abort', abort);
      }
    },
    end(error) {
      ended ??= error;
      for (const call of waiting.values()) call.reject(ended);
      for (const controller of serving.values()) controller.abort();
      waiting.clear();
    },
  };
}

function wordsOf(error: unknown): { message: string; code?: string } {
  const text = error instanceof Error ? error.message : String(error);
  const cut = text.slice(0, limits.messageLength);
  const code: unknown = error instanceof Error && Reflect.get(error, 'code');
  return typeof code === 'string' ? { message: cut, code } : { message: cut };
}
