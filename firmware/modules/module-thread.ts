// The thread of one loaded module as the appliance sees it: started when needed, ended when it
// loops.
import type { Clock } from '../../hal/contract.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';
import { createRpc, type Rpc, type RpcCall, type RpcChannel, type RpcServe } from './rpc.ts';

export interface ThreadHandle {
  readonly channel: RpcChannel;
  /** Ends it at once, whatever it does. */
  terminate(): void;
  onEnd(listener: (why: string) => void): void;
}

export interface ModuleThreadOptions {
  /** For messages: the file. */
  readonly name: string;
  readonly spawn: () => ThreadHandle;
  readonly serve: RpcServe;
  readonly clock: Clock;
}

export interface ModuleThread {
  /** Grows with each start: what the module knew of an earlier one is gone. */
  readonly epoch: number;
  /** Starts the thread where none runs. Rejects as the module does, or with the thread's end. */
  call(call: RpcCall): Promise<unknown>;
  stop(): void;
}

interface Running {
  readonly handle: ThreadHandle;
  readonly rpc: Rpc;
}

export function createModuleThread(options: ModuleThreadOptions): ModuleThread {
  return new Thread(options);
}

class Thread implements ModuleThread {
  readonly #options: ModuleThreadOptions;
  #running: Running | undefined;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #epoch = 0;
  #isStopped = false;

  constructor(options: ModuleThreadOptions) {
    this.#options = options;
  }

  get epoch(): number {
    return this.#epoch;
  }

  async call(call: RpcCall): Promise<unknown> {
    const running = this.#start();
    const { signal } = call;
    const look = () => void this.#lookAfter(running);
    signal?.addEventListener('abort', look, { once: true });
    try {
      return await running.rpc.call(call);
    } finally {
      signal?.removeEventListener('abort', look);
    }
  }

  stop(): void {
    this.#isStopped = true;
    const running = this.#running;
    if (running !== undefined) this.#end(running, 'the appliance stops');
  }

  #start(): Running {
    if (this.#running !== undefined) return this.#running;
    const { name, spawn, serve, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#isStopped) throw new Error(`the module ${name} was ended`);
    if (nowMs - this.#startedAtMs < limits.restartMs) {
      throw new Error(`the module ${name} ended, and is started again in a moment`);
    }
    this.#startedAtMs = nowMs;
    this.#epoch += 1;
    const handle = spawn();
    const running = { handle, rpc: createRpc(handle.channel, serve) };
    this.#running = running;
    handle.onEnd((why) => this.#end(running, why));
    return running;
  }

  /** A call ran out of time: one that waits is the caller's affair, one that loops is ended. */
  async #lookAfter(running: Running): Promise<void> {
    const { clock } = this.#options;
    const question = Promise.withResolvers<void>();
    clock.startTimer(limits.askAfterMs, question.resolve);
    await question.promise;
    if (this.#running !== running) return;
    const patience = clock.startTimer(limits.answerMs, () =>
      this.#end(running, 'it did not answer any more, and was ended'),
    );
    try {
      await running.rpc.call({ target: 'module', method: 'ping', args: [] });
    } catch {
      // It ended meanwhile.
    }
    patience.cancel();
  }

  #end(running: Running, why: string): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    running.rpc.end(new Error(`the module ${this.#options.name}: ${why}`));
    running.handle.terminate();
  }
}
