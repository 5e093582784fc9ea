// How Node has to be started for the appliance; the single file has it inside, the sources start
// anew.
import { execArgv, execPath, execve } from 'node:process';
import { isSea } from 'node:sea';

/**
 * Small young generation and one helper thread: the appliance has little memory and few cores.
 * Without them a large document leaves tens of megabytes of short-lived objects behind.
 */
export const runtimeArguments: readonly string[] = [
  '--max-semi-space-size=1',
  '--v8-pool-size=1',
  // The library mqtt calls url.parse.
  '--disable-warning=DEP0169',
];

/** Returns where this process was started so; else it becomes one that was, under the same id. */
export function ensureRuntime(): void {
  const missing = runtimeArguments.filter((argument) => !execArgv.includes(argument));
  if (isSea() || missing.length === 0) return;
  execve?.(execPath, [execPath, ...missing, ...execArgv, ...process.argv.slice(1)], process.env);
}

/** This process begins again as it was called, under the same id; returns only where it can not. */
export function becomeAnew(): void {
  const words = isSea() ? process.argv.slice(2) : [...execArgv, ...process.argv.slice(1)];
  execve?.(execPath, [execPath, ...words], process.env);
}
