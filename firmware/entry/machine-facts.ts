// What this machine and its user say of themselves to the server of a queue, and where connections
// are kept.
import { homedir, hostname, release, userInfo } from 'node:os';
import type { ClientMachine } from '../cli/commands/connect-commands.ts';

export function machineFacts(): ClientMachine {
  const [major = 0, minor = 0, build = 0] = release().split(/\D+/).map(Number);
  return {
    hostName: hostname(),
    userName: userInfo().username,
    majorVersion: major,
    minorVersion: minor,
    buildNumber: build,
    processorArchitecture: process.arch,
    connectionsFolder: connectionsFolder(),
  };
}

/** The machine's for its administrator, one's own for anybody else (XDG base directories). */
function connectionsFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/platen-connections';
  const data = process.env['XDG_DATA_HOME'] ?? `${homedir()}/.local/share`;
  return `${data}/platen/connections`;
}
