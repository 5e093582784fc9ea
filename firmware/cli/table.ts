// The command line's table: every command that talks to the API, made of the files beside it.
import type { Command } from './command.ts';
import { applyCommand } from './commands/apply-commands.ts';
import { auditCommand } from './commands/audit-commands.ts';
import { backupCommands } from './commands/backup-commands.ts';
import { boxCommands } from './commands/box-commands.ts';
import { certificateCommands } from './commands/certificate-commands.ts';
import { groupCommands } from './commands/group-commands.ts';
import { jobCommands } from './commands/job-commands.ts';
import { deviceCommands } from './commands/device-commands.ts';
import { networkCommands } from './commands/network-commands.ts';
import { pairCommands } from './commands/pair-commands.ts';
import { portCommands } from './commands/port-commands.ts';
import { printerCommands } from './commands/printer-commands.ts';
import { queueDataCommands } from './commands/queue-data-commands.ts';
import { queueFileCommands } from './commands/queue-file-commands.ts';
import { settingCommands } from './commands/setting-commands.ts';
import { snmpCommands } from './commands/snmp-commands.ts';
import { statusCommand } from './commands/status-commands.ts';
import { supportCommands } from './commands/support-commands.ts';
import { userCommands } from './commands/user-commands.ts';

export const apiCommands: readonly Command[] = [
  statusCommand,
  ...printerCommands,
  ...queueFileCommands,
  ...queueDataCommands,
  ...portCommands,
  ...deviceCommands,
  ...jobCommands,
  ...pairCommands,
  ...groupCommands,
  ...networkCommands,
  ...boxCommands,
  ...settingCommands,
  ...snmpCommands,
  ...userCommands,
  applyCommand,
  auditCommand,
  ...certificateCommands,
  ...backupCommands,
  ...supportCommands,
];
