// Plans the groups of an apply file.
import { z } from 'zod';
import { group } from '../../api/schemas/group.ts';
import { canonicalAddress } from '../../../hal/address.ts';
import { type ApiClient, CliError } from '../command.ts';
import type { ApplyStep, WantedGroup } from './contract.ts';
import { differencesOf, type Planning } from './planning.ts';

/** A new group has an owner after this; else the two do not hear each other. */
const ownerWaitMs = 60_000;
const lookMs = 500;

export function planGroups(planning: Planning): readonly ApplyStep[] {
  return planning.wanted.groups.flatMap((wanted): readonly ApplyStep[] => {
    const now = planning.present.groups.get(wanted.name.toLowerCase());
    if (wanted.absent) return now === undefined ? [] : [removal(wanted.name)];
    const members = membersOf(wanted);
    if (now === undefined) return [addition(planning, wanted.name, members)];
    const { policy = {}, ...others } = members;
    const differences = [
      ...differencesOf({ ...now }, others),
      ...differencesOf({ ...now.policy }, policy).map((each) => ({
        ...each,
        member: `policy.${each.member}`,
      })),
    ];
    if (differences.length === 0) return [];
    return [
      {
        what: 'change',
        kind: 'group',
        name: wanted.name,
        differences,
        run: async (client) => {
          await client.send('PATCH', pathOf(wanted.name), members, group);
        },
      },
    ];
  });
}

function membersOf({ addresses, preferredOwner, policy }: WantedGroup) {
  return {
    ...(addresses === undefined ? {} : { addresses: addresses.map(canonicalAddress) }),
    ...(preferredOwner === undefined ? {} : { preferredOwner }),
    ...(policy === undefined ? {} : { policy }),
  };
}

function addition(
  { pause }: Planning,
  name: string,
  members: ReturnType<typeof membersOf>,
): ApplyStep {
  return {
    what: 'add',
    kind: 'group',
    name,
    differences: differencesOf(undefined, members),
    async run(client) {
      await client.send('POST', '/groups', { name, ...members }, group);
      for (let waitedMs = 0; waitedMs < ownerWaitMs; waitedMs += lookMs) {
        if (await isServed(client, name)) return;
        await pause(lookMs);
      }
      throw new CliError(`The group "${name}" was made, but does not come online.`);
    },
  };
}

/** By whichever box: only its owner knows the state, and hands over what the other is asked. */
async function isServed(client: ApiClient, name: string): Promise<boolean> {
  const { owner, ownedHere, state } = await client.get(pathOf(name), group);
  if (ownedHere || owner === undefined) return state === 'Online';
  try {
    await client.get(`/ports?spooler=${encodeURIComponent(name)}&limit=1`, z.unknown());
    return true;
  } catch (error) {
    if (error instanceof CliError) return false;
    throw error;
  }
}

function removal(name: string): ApplyStep {
  return {
    what: 'remove',
    kind: 'group',
    name,
    differences: [],
    run: async (client) => {
      await client.send('DELETE', pathOf(name), undefined, z.unknown());
    },
  };
}

function pathOf(name: string): string {
  return `/groups/${encodeURIComponent(name)}`;
}
