// All that decides who may come in, put together: users, tokens, sessions, set-up, lock-out.
import type { Clock, Files, Random } from '../../hal/contract.ts';
import { createSessions } from '../sessions/sessions.ts';
import type { Sessions } from '../sessions/contract.ts';
import { createSetUp, type SetUp } from '../sessions/set-up.ts';
import type { Tokens, User, Users } from './contract.ts';
import { createLockOut, type LockOut } from './lock-out.ts';
import { createPasswords } from './passwords.ts';
import { rememberPasswords } from './remembered.ts';
import type { ShelfOptions } from './registry-shelf.ts';
import { createTokens } from './tokens.ts';
import { createUsers } from './users.ts';

export interface Access {
  readonly users: Users;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly setUp: SetUp;
  /** A name and a password, from an address: slowed down for those who guess. */
  readonly logIn: (
    name: string,
    password: string,
    address: string,
  ) => Promise<User | 'wrong' | 'wait'>;
}

export interface AccessOptions extends ShelfOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  /** Where the set-up code is kept. */
  readonly setUpCodePath: string;
  /** Where the set-up code stands for people, too. */
  readonly shownCodePaths?: readonly string[];
  /** Files by which whoever holds the box asks for a new administrator. */
  readonly resetPaths?: readonly string[];
}

export function createAccess(options: AccessOptions): Access {
  const {
    clock,
    random,
    files,
    setUpCodePath: path,
    shownCodePaths: shownPaths = [],
    resetPaths = [],
  } = options;
  const sessions = createSessions({ clock, random });
  const users = createUsers({
    ...options,
    passwords: rememberPasswords(createPasswords({ random }), { clock, random }),
    onChanged: (name) => sessions.endAllOf(name),
  });
  const lockOut: LockOut = createLockOut({ clock });
  return {
    users,
    sessions,
    tokens: createTokens(options),
    setUp: createSetUp({
      files,
      random,
      clock,
      path,
      shownPaths,
      resetPaths,
      hasAdministrator: () => users.hasAdministrator(),
    }),
    async logIn(name, password, address) {
      if (lockOut.waits(name, address)) return 'wait';
      const user = await users.check(name, password);
      if (user === undefined) {
        lockOut.failed(name, address);
        return 'wrong';
      }
      lockOut.succeeded(name);
      return user;
    },
  };
}
