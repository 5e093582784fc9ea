// Users, kept in the registry: made, changed, removed, and checked by their password.
import type { Clock } from '../../hal/contract.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { userLimits } from '../limits/user-limits.ts';
import type { StoredValue } from '../store/records/payloads.ts';
import type { Passwords, User, UserAnswer, UserRole, Users } from './contract.ts';
import { momentText, readMoment } from './moment-text.ts';
import { isPasswordHash } from './passwords.ts';
import { createShelf, type ShelfOptions, textIn } from './registry-shelf.ts';

export interface UsersOptions extends ShelfOptions {
  readonly clock: Clock;
  readonly passwords: Passwords;
  /** Called after what a user may do has changed: sessions of that name end. */
  readonly onChanged: (name: string) => void;
}

const roles: readonly UserRole[] = ['administrator', 'operator', 'viewer', 'print'];

export function createUsers(options: UsersOptions): Users {
  const shelf = createShelf(options, 'Users');
  const { passwords, clock } = options;
  /** One change at a time: whether an administrator is left is decided on what is there. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };

  const find = async (name: string): Promise<(User & { readonly kept: string }) | undefined> => {
    if (nameFault(name) !== undefined) return undefined;
    const values = await shelf.read(name);
    if (values === undefined) return undefined;
    const role = roles.find((known) => known === textIn(values, 'Role')) ?? 'print';
    return {
      name: textIn(values, 'Name') ?? name,
      role,
      createdAt: readMoment(textIn(values, 'Created')),
      kept: textIn(values, 'Password') ?? '',
    };
  };

  const list = async (): Promise<readonly User[]> => {
    const found = await Promise.all((await shelf.names()).map(find));
    return found.filter((user) => user !== undefined).map(withoutSecret);
  };

  const othersAdminister = async (name: string): Promise<boolean> =>
    (await list()).some((user) => user.role === 'administrator' && user.name !== name);

  const make = async (
    name: string,
    role: UserRole,
    hash: () => Promise<string>,
  ): Promise<UserAnswer> => {
    const fault = newNameFault(name);
    if (fault !== undefined) return fault;
    if ((await find(name)) !== undefined) {
      return refused('user-exists', `There is a user "${name}" already.`);
    }
    if ((await shelf.names()).length >= userLimits.users) {
      return refused('too-large', `There are ${userLimits.users} users, and no more can be.`);
    }
    const createdAt = clock.wall();
    await shelf.write(name, {
      Name: text(name),
      Role: text(role),
      Created: text(momentText(createdAt)),
      Password: text(await hash()),
    });
    return { kind: 'done', user: { name, role, createdAt } };
  };

  return {
    list,
    hasAdministrator: async () => (await list()).some(({ role }) => role === 'administrator'),
    async check(name, password) {
      const found = await find(name);
      const right = await passwords.matches(password, found?.kept);
      return right && found !== undefined ? withoutSecret(found) : undefined;
    },
    create: (name, role, password) =>
      inTurn(
        async () =>
          newNameFault(name) ??
          passwordFault(password, name) ??
          make(name, role, () => passwords.hash(password)),
      ),
    provide: (name, role, hash) =>
      inTurn(async () =>
        isPasswordHash(hash)
          ? make(name, role, async () => hash)
          : refused('bad-request', 'This is no hash of a password.'),
      ),
    change: (name, { role, password }) =>
      inTurn(async () => {
        const found = await find(name);
        if (found === undefined) return unknownUser(name);
        const fault = password === undefined ? undefined : passwordFault(password, name);
        if (fault !== undefined) return fault;
        const stepsDown =
          found.role === 'administrator' && role !== undefined && role !== found.role;
        if (stepsDown && !(await othersAdminister(found.name))) return lastAdministrator();
        await shelf.write(name, {
          ...(role === undefined ? {} : { Role: text(role) }),
          ...(password === undefined ? {} : { Password: text(await passwords.hash(password)) }),
        });
        options.onChanged(found.name);
        const { createdAt } = found;
        return { kind: 'done', user: { name: found.name, role: role ?? found.role, createdAt } };
      }),
    remove: (name) =>
      inTurn(async () => {
        const found = await find(name);
        if (found === undefined) return unknownUser(name);
        const last = found.role === 'administrator' && !(await othersAdminister(found.name));
        if (last) return lastAdministrator();
        await shelf.remove(name);
        options.onChanged(found.name);
        return { kind: 'done' };
      }),
  };
}

function text(data: string): StoredValue {
  return { type: 'string', data };
}

function withoutSecret({ name, role, createdAt }: User): User {
  return { name, role, createdAt };
}

/** A name is a key of the registry, a line of a log, and the first half of `name:password`. */
function nameFault(name: string): Refusal | undefined {
  if (name.trim() === name && name !== '' && !/[\p{Cc}\\:/]/u.test(name)) {
    if (Buffer.byteLength(name) <= userLimits.nameOctets) return undefined;
    return refused('bad-request', `A user's name has at most ${userLimits.nameOctets} octets.`);
  }
  return refused(
    'bad-request',
    'A user\'s name has no ":", "/", "\\" or control characters, and no space around it.',
  );
}

/** Of a name that nobody has yet: those who have one can still come in, and be removed. */
function newNameFault(name: string): Refusal | undefined {
  if (/^\.{1,2}$/.test(name)) {
    return refused('bad-request', 'A name of dots alone would change the path of its address.');
  }
  if (/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name)) {
    const message = "A user's name has no characters that hide or turn text.";
    return refused('bad-request', message);
  }
  return nameFault(name);
}

function passwordFault(password: string, name: string): Refusal | undefined {
  const { passwordCharacters, passwordOctets } = userLimits;
  if (Array.from(password).length < passwordCharacters) {
    return refused('bad-request', `A password has at least ${passwordCharacters} characters.`);
  }
  if (Buffer.byteLength(password) > passwordOctets) {
    return refused('bad-request', `A password has at most ${passwordOctets} octets.`);
  }
  if (password.toLowerCase().includes(name.toLowerCase()) && name.length > 2) {
    return refused('bad-request', 'The password holds the name: choose another one.');
  }
  return undefined;
}

function unknownUser(name: string): Refusal {
  return refused('user-not-found', `There is no user "${name}".`);
}

function lastAdministrator(): Refusal {
  return refused('last-administrator', 'An administrator has to be left.');
}
