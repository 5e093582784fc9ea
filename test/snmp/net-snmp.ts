// Net-SNMP's own tools, as judges: what they print, and the receiver of traps.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Host } from '../../tools/hosts/hosts.ts';
import { atEnd } from '../at-end.ts';

export interface ToolAnswer {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** The folder keeps Net-SNMP from reading or writing anything of this machine. */
export function runTool(
  tool: string,
  words: readonly string[],
  folder = '/nonexistent',
): Promise<ToolAnswer> {
  const env = { ...process.env, SNMPCONFPATH: folder, SNMP_PERSISTENT_DIR: folder, MIBS: '' };
  return new Promise((resolve) => {
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    execFile(tool, [...words], options, (error, output, errors) => {
      const status = error === null ? 0 : Number(error.code ?? 1);
      resolve({ status, output, errors });
    });
  });
}

/** Lines of a numeric walk as identifiers and values. */
export function variablesOf(output: string): readonly (readonly [string, string])[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('.1.'))
    .map((line) => {
      const at = line.indexOf(' = ');
      return [line.slice(1, at), line.slice(at + 3)] as const;
    });
}

export interface TrapReceiver {
  readonly port: number;
  /** Resolves with the first lines that this is true of, once there are so many. */
  until(isMeant: (line: string) => boolean, count?: number): Promise<readonly string[]>;
}

/** snmptrapd on a port that it was given, for a community and a user of version 3. */
export async function startTrapReceiver(
  t: TestContext,
  options: {
    readonly port: number;
    readonly users?: readonly string[];
    /** A host of its own, instead of loopback. */
    readonly host?: Host;
  },
): Promise<TrapReceiver> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-trapd-'));
  const conf = join(folder, 'trapd.conf');
  const users = options.users ?? [];
  await writeFile(conf, ['disableAuthorization yes', ...users, ''].join('\n'));
  const words = ['-f', '-Lo', '-On', '-C', '-c', conf, '-m', '', '-F', '%a %W %v\\n'];
  const address = options.host?.address ?? '127.0.0.1';
  const env = { ...process.env, SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder };
  const args = [...words, `udp:${address}:${options.port}`];
  const child =
    options.host?.start('snmptrapd', args, { env }) ?? spawn('snmptrapd', args, { env });
  atEnd(t, async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  follow(child, (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const receiver: TrapReceiver = {
    port: options.port,
    until: (isMeant, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.filter(isMeant);
          if (found.length < count) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
  await receiver.until((line) => line.includes('NET-SNMP version'));
  return receiver;
}

function follow(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  const take = (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  };
  child.stdout?.setEncoding('utf8').on('data', take);
  child.stderr?.setEncoding('utf8').on('data', take);
}
