// Rows of the API: logging in and out, and the first set-up. Only these answer nobody in
// particular.
import type { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import type { SessionUser } from '../../sessions/contract.ts';
import { endedCookie, readSessionCookie, sessionCookie } from '../../sessions/cookie.ts';
import { viewers } from '../rights.ts';
import { type Call, headed, jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { firstAdministrator, loggedOut, logIn, session, setup } from '../schemas/session.ts';
import type { ApiServices } from '../services.ts';
import { tooMany } from './user-routes.ts';

type Plain<Input> = Call<unknown, unknown, Input>;

export const sessionRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/session',
    summary: 'Who is logged in by this cookie',
    tag: 'session',
    who: viewers,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: session,
    async run({ raw, services }) {
      const secret = readSessionCookie(raw.header('cookie'));
      const found = secret === undefined ? undefined : services.access.sessions.find(secret);
      if (found === undefined) return refused('unauthorized', 'No session belongs to this cookie.');
      return { ...found.user, csrfToken: found.csrfToken };
    },
  }),
  opening({
    path: '/session',
    summary: 'Log in with name and password: the answer sets the cookie',
    input: logIn,
    async find({ input: { name, password }, raw, services }) {
      const user = await services.access.logIn(name, password, raw.address);
      if (user === 'wait') return tooMany();
      if (user === 'wrong') return refused('unauthorized', 'Name or password is wrong.');
      if (user.role === 'print') {
        return refused('forbidden', `${user.name} may print, and there is no page for that.`);
      }
      return { name: user.name, role: user.role };
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/session',
    summary: 'Log out',
    tag: 'session',
    who: 'anyone',
    params: noParams,
    query: noQuery,
    input: noBody,
    output: loggedOut,
    async run({ raw, services }) {
      const secret = readSessionCookie(raw.header('cookie'));
      if (secret !== undefined) services.access.sessions.end(secret);
      return headed({ loggedOut: true }, { 'set-cookie': endedCookie });
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/setup',
    summary: 'Whether this appliance waits for its first administrator',
    tag: 'session',
    who: 'anyone',
    params: noParams,
    query: noQuery,
    input: noBody,
    output: setup,
    run: async ({ services }) => ({ needed: (await services.access.setUp.code()) !== undefined }),
  }),
  opening({
    path: '/setup',
    summary: 'Become the first administrator, with the set-up code',
    input: firstAdministrator,
    async find({ input: { code, name, password }, services }) {
      switch (await services.access.setUp.check(code)) {
        case 'right':
          return makeFirst(services, name, password);
        case 'wrong':
          return refused('unauthorized', 'This is not the set-up code.');
        case 'wait':
          return refused('too-many-attempts', 'Too many wrong codes came lately.');
        case 'not-needed':
          return refused('forbidden', 'This appliance has an administrator already: log in.');
      }
    },
  }),
];

async function makeFirst(
  { access }: ApiServices,
  name: string,
  password: string,
): Promise<SessionUser | Refusal> {
  const { users, setUp } = access;
  const made = await users.create(name, 'administrator', password);
  const isTakenOver = made.kind === 'refused' && made.code === 'user-exists' && setUp.resetting;
  const answer = isTakenOver ? await users.change(name, { role: 'administrator', password }) : made;
  if (answer.kind === 'refused') return answer;
  await setUp.done();
  return { name, role: 'administrator' };
}

interface Opening<Input extends z.ZodType> {
  readonly path: string;
  readonly summary: string;
  readonly input: Input;
  readonly find: (call: Plain<z.infer<Input>>) => Promise<SessionUser | Refusal>;
}

/** A row that opens a session for whom `find` finds. */
function opening<Input extends z.ZodType>({ find, ...head }: Opening<Input>): Route {
  return jsonRoute({
    ...head,
    method: 'POST',
    tag: 'session',
    who: 'anyone',
    params: noParams,
    query: noQuery,
    output: session,
    status: 201,
    async run(call) {
      const user = await find(call);
      if ('kind' in user) return user;
      const { secret, session: opened } = call.services.access.sessions.open(user);
      const view = { ...user, csrfToken: opened.csrfToken };
      return headed(view, { 'set-cookie': sessionCookie(secret) });
    },
  });
}
