// Compares what is wanted with what the appliance has, and plans the steps between the two; nothing
// is changed by it.
import { z } from 'zod';
import { group } from '../../api/schemas/group.ts';
import { pageOf } from '../../api/schemas/page.ts';
import { monitor, port } from '../../api/schemas/port.ts';
import { printer } from '../../api/schemas/printer.ts';
import { user } from '../../api/schemas/user.ts';
import type { GroupView } from '../../api/types.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import type { ApiClient } from '../command.ts';
import { readPages } from '../pages.ts';
import { ApplyFileError, type ApplyStep, type Wanted } from './contract.ts';
import { ownerIn, type Planning, type Present } from './planning.ts';
import { planGroups } from './plan-groups.ts';
import { planPorts } from './plan-ports.ts';
import { planPrinters } from './plan-printers.ts';
import { planSettings } from './plan-settings.ts';
import { planUsers } from './plan-users.ts';

/** Throws an ApplyFileError that names everything that can't be done. */
export async function planSteps(planning: Omit<Planning, 'present' | 'problems'>) {
  const { client, wanted } = planning;
  const problems: string[] = [];
  const whole: Planning = { ...planning, problems, present: await readPresent(client, wanted) };
  const groups = planGroups(whole);
  const ports = await planPorts(whole);
  const printers = planPrinters(whole);
  const users = await planUsers(whole);
  const settings = await planSettings(whole);
  checkGroups(wanted, whole.present, problems);
  if (problems.length > 0) throw new ApplyFileError(problems);
  const making = (step: ApplyStep) => step.what !== 'remove';
  const steps = [groups, ports, printers, users, settings];
  // What goes, goes in the other order: a port leaves after its printer.
  return [
    ...steps.flatMap((each) => each.filter(making)),
    ...steps.toReversed().flatMap((each) => each.filter((step) => !making(step))),
  ];
}

async function readPresent(client: ApiClient, wanted: Wanted): Promise<Present> {
  const groups = await readGroups(client);
  const named = namedGroups(groups, wanted);
  // A list is of the spoolers that run on the box that is asked; a group's is its owner's.
  const ofEach = async <Item extends z.ZodType>(path: string, item: Item) => {
    const paths = named.map((name) => `${path}?spooler=${encodeURIComponent(name)}`);
    const pages = [path, ...paths].map((each) => readPages(client, each, item));
    return (await Promise.all(pages)).flat();
  };
  const nameOf = new Map(groups.map(({ id, name }) => [id, name]));
  const key = (spooler: string, name: string) => {
    const owner = spooler === 'local' ? '' : `${nameOf.get(spooler) ?? spooler}/`;
    return `${owner}${name}`.toLowerCase();
  };
  const lists = await Promise.all([
    ofEach('/ports', port),
    ofEach('/printers', printer),
    readPages(client, '/users', user),
    client.get('/monitors', z.object({ items: z.array(monitor) })),
  ]);
  const [ports, printers, users, monitors] = lists;
  return {
    groups: new Map(groups.map((each) => [each.name.toLowerCase(), each])),
    ports: new Map(ports.map((each) => [key(each.spooler, each.info.name), each])),
    printers: new Map(printers.map((each) => [key(each.spooler, each.name), each])),
    users: new Map(users.map((each) => [each.name.toLowerCase(), each])),
    monitors: monitors.items,
  };
}

/** Groups that are there, and of which the file names a port or printer. */
function namedGroups(groups: readonly GroupView[], { ports, printers }: Wanted): readonly string[] {
  const owners = [...ports, ...printers].map(({ name }) => ownerIn(name)?.toLowerCase());
  return groups.map(({ name }) => name).filter((name) => owners.includes(name.toLowerCase()));
}

/** An appliance that can't be paired has none. */
async function readGroups(client: ApiClient): Promise<readonly GroupView[]> {
  return (await client.get('/groups', pageOf(group))).items;
}

/** Whatever is named `accounts/…` needs the group, in the file or there already. */
function checkGroups(wanted: Wanted, present: Present, problems: string[]): void {
  const names = [
    ...present.groups.keys(),
    ...wanted.groups.filter((each) => !each.absent).map(({ name }) => name.toLowerCase()),
  ];
  for (const { name, absent } of [...wanted.ports, ...wanted.printers]) {
    const owner = ownerIn(name);
    if (absent || owner === undefined || names.includes(owner.toLowerCase())) continue;
    problems.push(`"${name}": there is no group "${owner}".${didYouMean(owner, names)}`);
  }
}
