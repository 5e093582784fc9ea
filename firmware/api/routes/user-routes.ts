// Rows of the API: users and tokens.
import { z } from 'zod';
import { didYouMean } from '../../config/did-you-mean.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import { pageBy } from '../page.ts';
import { administrators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';
import {
  madeToken,
  newToken,
  newUser,
  passwordChange,
  token,
  user,
  userChanges,
} from '../schemas/user.ts';

const userParams = z.object({ user: z.string().max(512) });
const tokenParams = z.object({ token: z.string().max(512) });
const removed = z.object({ removed: z.string() });

export const userRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/users',
    summary: 'The users, by name',
    tag: 'users',
    who: administrators,
    params: noParams,
    query: z.object(pageQuery),
    input: noBody,
    output: pageOf(user),
    run: async ({ query, services: { access } }) =>
      pageBy(await access.users.list(), ({ name }) => name.toLowerCase(), query),
  }),
  jsonRoute({
    method: 'POST',
    path: '/users',
    summary: 'Make a user',
    tag: 'users',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newUser,
    output: user,
    status: 201,
    async run({ input: { name, role, password }, services: { access } }) {
      const made = await access.users.create(name, role, password);
      if (made.kind === 'refused') return made;
      // Where somebody at the box made the first administrator, the set-up code has done its work.
      if (role === 'administrator') await access.setUp.done();
      return made.user;
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/users/{user}',
    summary: 'One user',
    changing: [],
    tag: 'users',
    who: administrators,
    params: userParams,
    query: noQuery,
    input: noBody,
    output: user,
    async run({ params, services: { access } }) {
      const all = await access.users.list();
      const found = all.find(({ name }) => name.toLowerCase() === params.user.toLowerCase());
      if (found !== undefined) return found;
      const hint = didYouMean(
        params.user,
        all.map(({ name }) => name),
      );
      return refused('user-not-found', `There is no user "${params.user}".${hint}`);
    },
  }),
  jsonRoute({
    method: 'PATCH',
    path: '/users/{user}',
    summary: "Change a user's role or password; their sessions end",
    tag: 'users',
    who: administrators,
    params: userParams,
    query: noQuery,
    input: userChanges,
    output: user,
    async run({ params, input, services: { access } }) {
      const changed = await access.users.change(params.user, input);
      if (changed.kind === 'done') return changed.user;
      return withNearName(changed, params.user, await access.users.list());
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/users/{user}',
    summary: 'Remove a user; what they printed stays',
    tag: 'users',
    who: administrators,
    params: userParams,
    query: noQuery,
    input: noBody,
    output: removed,
    async run({ params, services: { access } }) {
      const done = await access.users.remove(params.user);
      if (done.kind === 'done') return { removed: params.user };
      return withNearName(done, params.user, await access.users.list());
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/setup/code',
    summary: 'The set-up code, while nobody administers the box: for whoever holds its socket',
    tag: 'session',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: noBody,
    output: z.object({ code: z.string().optional() }),
    async run({ services: { access } }) {
      const code = await access.setUp.code();
      return code === undefined ? {} : { code };
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/session/password',
    summary: 'Change your own password; your sessions end',
    tag: 'session',
    who: viewers,
    params: noParams,
    query: noQuery,
    input: passwordChange,
    output: user,
    async run({ principal, input, raw, services: { access } }) {
      if (principal.kind !== 'user') return refused('forbidden', 'Only a user has a password.');
      const known = await access.logIn(principal.name, input.old, raw.address);
      if (known === 'wait') return tooMany();
      if (known === 'wrong') return refused('forbidden', 'The old password is wrong.');
      const changed = await access.users.change(principal.name, { password: input.new });
      return changed.kind === 'refused' ? changed : changed.user;
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/tokens',
    summary: 'The tokens of programs, without their secrets',
    tag: 'users',
    who: administrators,
    params: noParams,
    query: z.object(pageQuery),
    input: noBody,
    output: pageOf(token),
    run: async ({ query, services: { access } }) =>
      pageBy(await access.tokens.list(), ({ name }) => name.toLowerCase(), query),
  }),
  jsonRoute({
    method: 'POST',
    path: '/tokens',
    summary: 'Make a token; its secret is in this answer and nowhere else',
    tag: 'users',
    who: administrators,
    params: noParams,
    query: noQuery,
    input: newToken,
    output: madeToken,
    status: 201,
    async run({ input: { name, scopes }, services: { access } }) {
      const made = await access.tokens.create(name, scopes);
      return made.kind === 'refused' ? made : { ...made.token, secret: made.secret };
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/tokens/{token}',
    summary: 'Remove a token: whoever has it is nobody from now on',
    tag: 'users',
    who: administrators,
    params: tokenParams,
    query: noQuery,
    input: noBody,
    output: removed,
    async run({ params, services: { access } }) {
      const done = await access.tokens.remove(params.token);
      if (done.kind === 'done') return { removed: params.token };
      return withNearName(done, params.token, await access.tokens.list());
    },
  }),
];

/** Names the user or token that a mistyped one was probably meant to be. */
function withNearName(
  refusal: Refusal,
  wanted: string,
  known: readonly { readonly name: string }[],
): Refusal {
  if (refusal.code !== 'user-not-found') return refusal;
  const hint = didYouMean(
    wanted,
    known.map(({ name }) => name),
  );
  return refused(refusal.code, `${refusal.message}${hint}`);
}

export function tooMany() {
  return refused('too-many-attempts', 'Too many wrong passwords came lately.');
}
