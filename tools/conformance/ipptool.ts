// Runs one of ipptool's suites and reads what it says.
import { spawn } from 'node:child_process';

export interface SuiteRun {
  /** The folder with suites and samples. */
  readonly folder: string;
  readonly suite: string;
  /** `2.0`: the version that the client speaks. */
  readonly version: string;
  readonly uri: string;
  readonly file: string;
  readonly type: string;
}

export interface Failure {
  readonly name: string;
  /** What ipptool says of it, a line each. */
  readonly lines: readonly string[];
}

export interface SuiteOutcome {
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: number;
  /** Undefined: it ran to its end. */
  readonly broken: string | undefined;
}

/** A slow device prints what earlier suites left before it gets to what this one waits for. */
const timeoutMs = 900_000;

export async function runSuite(run: SuiteRun): Promise<SuiteOutcome> {
  const { folder, suite, version, uri, file, type } = run;
  const args = ['-I', '-t', '-V', version, '-f', file, '-d', `filetype=${type}`, uri, suite];
  const { output, ended } = await runProgram('ipptool', args, folder);
  const complaint = output.split('\n').find((line) => line.startsWith('ipptool: '));
  return { ...readOutput(output), broken: ended ?? complaint };
}

/** One test a line: its name, and [PASS], [FAIL] or [SKIP] at the end; what failed is indented. */
export function readOutput(output: string): Omit<SuiteOutcome, 'broken'> {
  const failed: { name: string; lines: string[] }[] = [];
  let passed = 0;
  let skipped = 0;
  let current: { name: string; lines: string[] } | undefined;
  for (const line of output.split('\n')) {
    const match = /^ {4}(\S.*?)\s*\[(PASS|FAIL|SKIP)\]$/.exec(line);
    if (match === null) {
      if (line.startsWith('        ')) current?.lines.push(line.trim());
      continue;
    }
    const [, name = '', verdict] = match;
    current = undefined;
    if (verdict === 'PASS') passed += 1;
    if (verdict === 'SKIP') skipped += 1;
    if (verdict === 'FAIL') {
      current = { name, lines: [] };
      failed.push(current);
    }
  }
  return { passed, failed, skipped };
}

function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly output: string; readonly ended: string | undefined }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: cwd, LC_ALL: 'C.UTF-8' },
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', reject);
    child.once('close', (_code, signal) => {
      clearTimeout(timer);
      resolve({
        output: `${output}\n${errors}`,
        ended: signal === null ? undefined : `ended by ${signal}`,
      });
    });
  });
}
