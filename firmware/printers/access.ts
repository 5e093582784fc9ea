// Who may print: a printer's lists of networks and users, asked before a byte of a job is taken.
import { isInNetwork, parseNetwork } from '../../hal/networks.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { JobOrigin } from '../jobs/job.ts';
import { printingLimits } from '../limits/printing-limits.ts';
import { nameKey } from './names.ts';
import type { Printer, PrinterAccess } from './printer.ts';

/** Clients have to say who they are, and to prove it. */
export function needsLogIn({ logIn, users }: PrinterAccess): boolean {
  return logIn === true || users !== undefined;
}

/** Whether everyone sees whose a job is and what it is called. */
export function showsJobsToAll({ jobsShownTo }: PrinterAccess): boolean {
  return jobsShownTo === 'all';
}

/** Undefined: the job may come in. What the API lets in was asked for its rights there. */
export function checkAccess(
  { name, access }: Pick<Printer, 'name' | 'access'>,
  origin: JobOrigin,
): Refusal | undefined {
  if (origin.door === 'api') return undefined;
  const { networks } = access;
  if (networks !== undefined && !networks.some((each) => holds(each, origin.address))) {
    return refused('forbidden', `${name} takes no jobs from ${origin.address}`);
  }
  if (!needsLogIn(access)) return undefined;
  if (!origin.authenticated) {
    if (origin.door === 'ipp') return refused('unauthorized', `${name} asks for a log-in`);
    return refused('forbidden', `${name} asks for a log-in, which ${origin.door} has none of`);
  }
  const key = nameKey(origin.userName);
  if (access.users?.some((each) => nameKey(each) === key) ?? true) return undefined;
  return refused('forbidden', `${name} takes no jobs of ${origin.userName}`);
}

/** Undefined: the lists are fine. */
export function checkAccessLists({
  networks = [],
  users = [],
}: PrinterAccess): Refusal | undefined {
  const most = printingLimits.accessEntries;
  if (networks.length > most || users.length > most) {
    return refused(
      'value-not-supported',
      `a list of networks or users has at most ${most} entries`,
    );
  }
  const wrong = networks.find((each) => parseNetwork(each) === undefined);
  if (wrong === undefined) return undefined;
  const shown = JSON.stringify(wrong.slice(0, 200));
  return refused('value-not-supported', `${shown} is no network such as 10.1.0.0/16 or fd00::/8`);
}

function holds(network: string, address: string): boolean {
  const parsed = parseNetwork(network);
  return parsed !== undefined && isInNetwork(address, parsed);
}
