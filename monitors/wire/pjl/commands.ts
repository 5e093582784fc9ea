// The PJL commands that are sent to a printer (PJL Technical Reference Manual, HP).
import { pjlLimits } from './limits.ts';

/** Universal Exit Language: ends whatever came before, and begins PJL. */
const uel = '\x1b%-12345X';

/** Before a document: status of device and job unasked, each `timedSeconds` anyway. */
export function pjlJobStart(jobName: string, timedSeconds: number): Uint8Array {
  return pjlLines([
    'USTATUS DEVICE = ON',
    'USTATUS JOB = ON',
    `USTATUS TIMED = ${Math.trunc(timedSeconds)}`,
    `JOB NAME = ${quoted(jobName)}`,
  ]);
}

/** After a document; the printer tells when the last page of the job is out. */
export function pjlJobEnd(jobName: string): Uint8Array {
  const lines = pjlLines([`EOJ NAME = ${quoted(jobName)}`]);
  return Buffer.concat([lines, Buffer.from(uel, 'latin1')]);
}

/** Asks for the status now; answered by INFO STATUS. */
export function pjlAskStatus(): Uint8Array {
  return Buffer.concat([pjlLines(['INFO STATUS']), Buffer.from(uel, 'latin1')]);
}

function pjlLines(commands: readonly string[]): Uint8Array {
  return Buffer.from(`${uel}${commands.map((line) => `@PJL ${line}\r\n`).join('')}`, 'latin1');
}

/** Printable ASCII without the quote, which PJL can't escape. */
function quoted(value: string): string {
  const plain = value.replaceAll(/[^ !#-~]/g, '?').slice(0, pjlLimits.jobNameLength);
  return `"${plain}"`;
}
