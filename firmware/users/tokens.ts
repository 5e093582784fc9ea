// Tokens for programs: a secret that is told once, kept as its digest, with what it may do.
import { didYouMean } from '../config/did-you-mean.ts';
import { createHash } from 'node:crypto';
import type { Clock, Random } from '../../hal/contract.ts';
import { refused } from '../errors/codes.ts';
import { userLimits } from '../limits/user-limits.ts';
import { type Token, tokenScopes, type Tokens } from './contract.ts';
import { momentText, readMoment } from './moment-text.ts';
import { createShelf, type ShelfOptions, textIn, textsIn } from './registry-shelf.ts';

export interface TokensOptions extends ShelfOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** Names what it is to whoever finds one in a file. */
const prefix = 'platen_';
const secretForm = /^platen_[A-Za-z0-9_-]{43}$/;

const nameForm = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u;

export function createTokens(options: TokensOptions): Tokens {
  const { clock, random } = options;
  const shelf = createShelf(options, 'Tokens');

  const read = async (name: string): Promise<(Token & { readonly digest: string }) | undefined> => {
    const values = await shelf.read(name);
    if (values === undefined) return undefined;
    const given = textsIn(values, 'Scopes');
    return {
      name: textIn(values, 'Name') ?? name,
      scopes: tokenScopes.filter((scope) => given.includes(scope)),
      createdAt: readMoment(textIn(values, 'Created')),
      digest: textIn(values, 'Digest') ?? '',
    };
  };

  const readAll = async () => {
    const found = await Promise.all((await shelf.names()).map(read));
    return found.filter((token) => token !== undefined);
  };

  return {
    list: async () => (await readAll()).map(withoutDigest),
    async create(name, scopes) {
      if (!nameForm.test(name)) {
        return refused(
          'bad-request',
          'A token\'s name has letters, digits, spaces, ".", "_", "-".',
        );
      }
      const names = await shelf.names();
      if ((await shelf.read(name)) !== undefined) {
        return refused('user-exists', `There is a token "${name}" already.`);
      }
      if (names.length >= userLimits.tokens) {
        return refused('too-large', `There are ${userLimits.tokens} tokens, and no more can be.`);
      }
      const bytes = random.bytes(userLimits.tokenSecretBytes);
      const secret = `${prefix}${Buffer.from(bytes).toString('base64url')}`;
      const createdAt = clock.wall();
      await shelf.write(name, {
        Name: { type: 'string', data: name },
        Scopes: { type: 'multi-string', data: [...scopes] },
        Created: { type: 'string', data: momentText(createdAt) },
        Digest: { type: 'string', data: digestOf(secret) },
      });
      return { kind: 'done', token: { name, scopes, createdAt }, secret };
    },
    async check(secret) {
      if (!secretForm.test(secret)) return undefined;
      // The digest of a guess tells nothing of that of a secret: no comparison leaks here.
      const digest = digestOf(secret);
      const found = (await readAll()).find((token) => token.digest === digest);
      return found === undefined ? undefined : withoutDigest(found);
    },
    async remove(name) {
      if ((await shelf.read(name)) === undefined) {
        const hint = didYouMean(
          name,
          (await readAll()).map((token) => token.name),
        );
        return refused('user-not-found', `There is no token "${name}".${hint}`);
      }
      await shelf.remove(name);
      return { kind: 'done' };
    },
  };
}

function withoutDigest({ name, scopes, createdAt }: Token): Token {
  return { name, scopes, createdAt };
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
