// Who may print on a printer, in the words of the command line.
import type { PrinterSettingsInput, PrinterView } from '../../api/types.ts';
import { CliError, type CommandInput } from '../command.ts';
import { yesOrNo } from './printer-bounds.ts';

type Access = PrinterView['access'];

/** `now` is what is not named stays at; `all` takes a list away. */
export function accessOf(input: CommandInput, now: Access): Pick<PrinterSettingsInput, 'access'> {
  const networks = listOf(input, 'allow-network', now.networks);
  const users = listOf(input, 'allow-user', now.users);
  const logIn = yesOrNo(input, 'log-in') ?? now.logIn;
  const jobsShownTo = shownTo(input) ?? now.jobsShownTo;
  const isNamed = ['allow-network', 'allow-user'].some((each) => input.texts(each) !== undefined);
  const isSaid = ['log-in', 'show-jobs'].some((each) => input.text(each) !== undefined);
  if (!isNamed && !isSaid) return {};
  return {
    access: {
      ...(networks === undefined ? {} : { networks }),
      ...(users === undefined ? {} : { users }),
      ...(logIn === undefined ? {} : { logIn }),
      ...(jobsShownTo === undefined ? {} : { jobsShownTo }),
    },
  };
}

function shownTo(input: CommandInput): Access['jobsShownTo'] {
  const said = input.text('show-jobs');
  if (said === undefined || said === 'owner' || said === 'all') return said;
  throw new CliError(`--show-jobs is owner or all, not ${JSON.stringify(said)}`, 2);
}

function listOf(
  input: CommandInput,
  option: string,
  now: readonly string[] | undefined,
): readonly string[] | undefined {
  const given = input.texts(option);
  if (given === undefined) return now;
  return given.includes('all') ? undefined : given;
}
