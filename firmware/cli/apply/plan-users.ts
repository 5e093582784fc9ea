// Plans the users of an apply file; passwords come from files, and only for users who are made.
import { z } from 'zod';
import { user } from '../../api/schemas/user.ts';
import type { ApplyStep, WantedUser } from './contract.ts';
import { differencesOf, type Planning } from './planning.ts';
import { secretLine } from './secret-line.ts';

export async function planUsers(planning: Planning): Promise<readonly ApplyStep[]> {
  const steps: ApplyStep[] = [];
  for (const wanted of planning.wanted.users) steps.push(...(await planUser(planning, wanted)));
  return steps;
}

async function planUser(planning: Planning, wanted: WantedUser): Promise<readonly ApplyStep[]> {
  const { name, absent, role } = wanted;
  const now = planning.present.users.get(name.toLowerCase());
  const kind = 'user' as const;
  if (absent) {
    if (now === undefined) return [];
    const run: ApplyStep['run'] = async (client) => {
      await client.send('DELETE', pathOf(name), undefined, z.unknown());
    };
    return [{ what: 'remove', kind, name, differences: [], run }];
  }
  if (now === undefined) {
    const password = await passwordOf(planning, wanted);
    if (password === undefined) return [];
    const body = { name, role: role ?? 'operator', password };
    const run: ApplyStep['run'] = async (client) => {
      await client.send('POST', '/users', body, user);
    };
    const differences = differencesOf(undefined, { role: body.role, password: '***' });
    return [{ what: 'add', kind, name, differences, run }];
  }
  const differences = differencesOf({ ...now }, role === undefined ? {} : { role });
  if (differences.length === 0) return [];
  const run: ApplyStep['run'] = async (client) => {
    await client.send('PATCH', pathOf(name), { role }, user);
  };
  return [{ what: 'change', kind, name, differences, run }];
}

async function passwordOf(
  planning: Planning,
  { name, passwordFile }: WantedUser,
): Promise<string | undefined> {
  if (passwordFile === undefined) {
    planning.problems.push(`user "${name}": passwordFile is missing: there is no such user yet.`);
    return undefined;
  }
  return secretLine(planning, passwordFile, `user "${name}"`);
}

function pathOf(name: string): string {
  return `/users/${encodeURIComponent(name)}`;
}
