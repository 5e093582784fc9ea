// The processor time that a server and the children it has waited for have used: what a job costs,
// however busy the machine is.

import { readFile } from 'node:fs/promises';

/** USER_HZ of proc_pid_stat(5): 100 on every Linux that we know. */
const MS_PER_TICK = 10;

/** utime, stime, cutime and cstime, counted behind the name, which may hold anything. */
const FIRST_TIME = 11;
const TIMES = 4;

export async function cpuTimeMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const ticks = fields.slice(FIRST_TIME, FIRST_TIME + TIMES).map(Number);
  return ticks.reduce((sum, each) => sum + each, 0) * MS_PER_TICK;
}
