// One appliance of the bench in a namespace of its own: supervisor and served process, started,
// cut off and killed as a fault would.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import type { Host } from '../hosts/hosts.ts';
import { platenFromSources, type PlatenCommand } from '../up/processes.ts';
import { type LineProcess, startLines } from './process-lines.ts';

export interface BoxOptions {
  readonly name: string;
  readonly host: Host;
  readonly data: string;
  readonly command?: PlatenCommand;
  readonly settings?: readonly string[];
}

const ready = z.object({ ready: z.literal(true), pid: z.int() });

export class Box {
  readonly name: string;
  readonly host: Host;
  readonly data: string;
  /** Through its socket, which costs no process. */
  readonly api: ReturnType<typeof createApiClient>;
  readonly #options: BoxOptions;
  #supervisor: LineProcess | undefined;
  #servePid: number | undefined;

  constructor(options: BoxOptions) {
    this.#options = options;
    this.name = options.name;
    this.host = options.host;
    this.data = options.data;
    const socketPath = join(options.data, 'platen.sock');
    this.api = createApiClient({ socketPath, dataFolder: options.data });
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    const { command = platenFromSources, settings = [] } = this.#options;
    const sets = settings.flatMap((each) => ['--set', each]);
    const words = ['supervise', '--data', this.data, ...sets];
    const started = startLines(this.host, [...command, ...words], (line) => {
      // Each start of the served process says so; the supervisor may have started it anew.
      const parsed = ready.safeParse(line);
      if (parsed.success && started === this.#supervisor) this.#servePid = parsed.data.pid;
    });
    this.#supervisor = started;
    await started.first;
  }

  get running(): boolean {
    return this.#supervisor !== undefined;
  }

  /** One command of the command line, inside; rejects with its words where it fails. */
  async run(...words: readonly string[]): Promise<string> {
    const { command = platenFromSources } = this.#options;
    const args = ['netns', 'exec', this.host.namespace, ...command, ...words, '--data', this.data];
    try {
      return (await promisify(execFile)('ip', args)).stdout;
    } catch (error) {
      const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
      throw new Error(`${this.name}: platen ${words.join(' ')}: ${said}`, { cause: error });
    }
  }

  errors(): string {
    return this.#supervisor?.errors() ?? '';
  }

  /** Sends it to the served process alone. */
  signalServe(signal: NodeJS.Signals): void {
    if (this.#servePid !== undefined) process.kill(this.#servePid, signal);
  }

  /** Sends it to the served process and its supervisor; `ip` and `nft` end with their pipes. */
  async signalAll(signal: NodeJS.Signals): Promise<void> {
    const supervisor = this.#supervisor?.child.pid;
    if (supervisor === undefined) return;
    // `ip netns exec` becomes what it starts, under the same id.
    if (signal === 'SIGCONT') this.signalServe(signal);
    process.kill(supervisor, signal);
    if (signal !== 'SIGCONT') this.signalServe(signal);
    if (signal === 'SIGKILL') {
      await this.#supervisor?.ended;
      this.#supervisor = undefined;
    }
  }

  /** In order, as a shut-down would. */
  async stop(): Promise<void> {
    const supervisor = this.#supervisor;
    if (supervisor === undefined) return;
    supervisor.child.kill('SIGTERM');
    await supervisor.ended;
    this.#supervisor = undefined;
  }

  /** Hardware address of its interface. */
  async mac(): Promise<string> {
    const args = ['-n', this.host.namespace, '-o', 'link', 'show', 'eth0'];
    const { stdout } = await promisify(execFile)('ip', args);
    return /link\/ether (\S+)/.exec(stdout)?.[1] ?? '';
  }
}
