// Communities, users and targets: their schemas, and how they are kept in the registry of the node.
import { z } from 'zod';
import { didYouMean } from '../config/did-you-mean.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { snmpLimits as limits } from '../limits/snmp-limits.ts';
import type { Store, Term } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { parseOid } from '../../monitors/wire/snmp/oid.ts';
import { authProtocols, localizedKey, privProtocols } from '../../monitors/wire/snmp/usm-crypto.ts';
import type { Community, SnmpAccess, SnmpUser, TrapTarget } from './contract.ts';
import { parseNetwork } from '../../hal/networks.ts';

export const readerName = z
  .string()
  .min(1)
  .max(limits.nameLength)
  .regex(
    /^(?!\.{1,2}$)[\w.-]*$/,
    'a name has letters, digits, ".", "-" and "_", and not dots alone',
  );

const network = z.string().refine((text) => parseNetwork(text) !== undefined, {
  error: 'is no network: write 10.1.0.0/16 or 2001:db8::/32',
});
const subtree = z.string().refine((text) => parseOid(text) !== undefined, {
  error: 'is no object identifier: write 1.3.6.1.2.1.43',
});

/** From where a reader may ask, and what it sees; empty lists say local networks and everything. */
export const readerRules = {
  networks: z.array(network).max(limits.rules).readonly().default([]),
  included: z.array(subtree).max(limits.rules).readonly().default([]),
  excluded: z.array(subtree).max(limits.rules).readonly().default([]),
};

const password = z.string().min(limits.passwordLength.min).max(limits.passwordLength.max);

export const newCommunity = z.strictObject({
  name: readerName,
  community: z
    .string()
    .min(limits.communityLength.min)
    .max(limits.communityLength.max)
    .regex(/^[\x21-\x7e]*$/, 'a community has visible ASCII characters'),
  ...readerRules,
});

export const newUser = z.strictObject({
  name: readerName,
  authProtocol: z.enum(authProtocols).default('sha256'),
  authPassword: password,
  privProtocol: z.enum(privProtocols).default('aes128'),
  /** Left out: the user's answers are signed, and not encrypted. */
  privPassword: password.exactOptional(),
  ...readerRules,
});

export const newTarget = z.strictObject({
  name: readerName,
  host: z
    .string()
    .min(1)
    .max(limits.hostLength)
    .regex(/^[\w.:%-]*$/, 'a host name or address has letters, digits, ".", "-", ":" and "%"'),
  port: z.int().min(1).max(65_535).default(162),
  version: z.enum(['v1', 'v2c', 'v3']).default('v2c'),
  reader: readerName,
});

const key = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const keptUser = z.object({
  name: readerName,
  auth: z.object({ protocol: z.enum(authProtocols), key }),
  priv: z.object({ protocol: z.enum(privProtocols), key }).optional(),
  ...readerRules,
});

/** What the configuration gives: a community, a user; both seen from local networks. */
export interface ConfiguredReaders {
  readonly community: string;
  readonly user: string;
  readonly authPassword: string;
  readonly privPassword: string;
}

export interface SnmpReaders extends SnmpAccess {
  /** Reads what is kept; an entry that can't be read is left out, and named by the answer. */
  load(): Promise<readonly string[]>;
  addCommunity(community: z.output<typeof newCommunity>): Promise<Refusal | undefined>;
  addUser(user: z.output<typeof newUser>): Promise<Refusal | undefined>;
  addTarget(target: z.output<typeof newTarget>): Promise<Refusal | undefined>;
  remove(kind: ReaderKind, name: string): Promise<Refusal | undefined>;
}

export type ReaderKind = 'communities' | 'users' | 'targets';

export interface SnmpReadersOptions {
  readonly store: Pick<Store, 'commit' | 'query'>;
  readonly spooler: string;
  readonly term: () => Term;
  readonly engineId: Uint8Array;
  readonly configured: ConfiguredReaders;
}

const folder = 'Snmp';
/** The name of what the configuration gives. */
const configuredName = 'platen.toml';

export function createSnmpReaders(options: SnmpReadersOptions): SnmpReaders {
  const { store, spooler, engineId } = options;
  const communities = new Map<string, Community>();
  const users = new Map<string, SnmpUser>();
  const targets = new Map<string, TrapTarget>();
  const kinds = { communities, users, targets } as const;
  const given = configuredReaders(options.configured, engineId);

  const commit = async (changes: readonly Change[]): Promise<Refusal | undefined> => {
    const outcome = await store.commit({ spooler, term: options.term(), changes });
    return outcome.kind === 'refused' ? outcome : undefined;
  };

  const put = (kind: ReaderKind, name: string, entry: unknown): Promise<Refusal | undefined> => {
    const path = [folder, kind];
    const value = { type: 'string' as const, data: JSON.stringify(entry) };
    return commit([
      { type: 'registry.key-created', payload: { path } },
      { type: 'registry.values-set', payload: { path, values: [{ name, value }] } },
    ]);
  };

  /** A name is taken once; the kept ones are compared as the registry compares them. */
  const add = async <Entry extends { readonly name: string }>(
    kind: ReaderKind,
    entry: Entry,
    kept: unknown,
    all: Map<string, Entry>,
  ): Promise<Refusal | undefined> => {
    const name = entry.name.toLowerCase();
    if (all.has(name)) return refused('snmp-name-taken', `SNMP has "${entry.name}" already.`);
    if (all.size >= limits[kind]) {
      return refused('value-not-supported', `SNMP takes at most ${limits[kind]} ${kind}.`);
    }
    const problem = await put(kind, entry.name, kept);
    if (problem === undefined) all.set(name, entry);
    return problem;
  };

  const loadKind = async <Entry extends { readonly name: string }>(
    kind: ReaderKind,
    schema: z.ZodType<Entry>,
    all: Map<string, Entry>,
  ): Promise<readonly string[]> => {
    const values = await store.query('registry.values', { spooler, path: [folder, kind] });
    return values.flatMap(({ name, value }) => {
      const read = schema.safeParse(value.type === 'string' ? parsedJson(value.data) : undefined);
      if (!read.success) return [`${kind} ${name}`];
      all.set(name.toLowerCase(), read.data);
      return [];
    });
  };

  return {
    communities: () => [...given.communities, ...communities.values()],
    users: () => [...given.users, ...users.values()],
    targets: () => [...targets.values()],
    async load() {
      const problems = await Promise.all([
        loadKind('communities', newCommunity, communities),
        loadKind(
          'users',
          keptUser.transform(({ priv, ...user }): SnmpUser => ({ ...user, priv })),
          users,
        ),
        loadKind('targets', newTarget, targets),
      ]);
      return problems.flat();
    },
    addCommunity(community) {
      const double = [...given.communities, ...communities.values()].find(
        (other) => other.community === community.community,
      );
      if (double === undefined) return add('communities', community, community, communities);
      const message = `This community is there already, as "${double.name}".`;
      return Promise.resolve(refused('snmp-name-taken', message));
    },
    addUser(user) {
      if (given.users.some(({ name }) => name === user.name)) {
        return Promise.resolve(refused('snmp-name-taken', `SNMP has "${user.name}" already.`));
      }
      const made = userOf(user, engineId);
      return add('users', made, keptForm(made), users);
    },
    async addTarget(target) {
      const names = target.version === 'v3' ? users : communities;
      const configured = target.version === 'v3' ? given.users : given.communities;
      const isKnown =
        names.has(target.reader.toLowerCase()) ||
        configured.some(({ name }) => name === target.reader);
      if (isKnown) return add('targets', target, target, targets);
      const what = target.version === 'v3' ? 'user' : 'community';
      return refused('value-not-supported', `SNMP has no ${what} "${target.reader}".`);
    },
    async remove(kind, name) {
      const all: Map<string, unknown> = kinds[kind];
      if (!all.has(name.toLowerCase())) {
        const hint = didYouMean(name, all.keys());
        return refused('not-found', `SNMP has no "${name}" among its ${kind}.${hint}`);
      }
      const path = [folder, kind];
      const problem = await commit([{ type: 'registry.value-deleted', payload: { path, name } }]);
      if (problem === undefined) all.delete(name.toLowerCase());
      return problem;
    },
  };
}

function userOf(user: z.output<typeof newUser>, engineId: Uint8Array): SnmpUser {
  const { name, authProtocol, authPassword, privProtocol, privPassword, ...rules } = user;
  const keyOf = (secret: string) => localizedKey(authProtocol, secret, engineId);
  return {
    name,
    ...rules,
    auth: { protocol: authProtocol, key: keyOf(authPassword) },
    priv:
      privPassword === undefined ? undefined : { protocol: privProtocol, key: keyOf(privPassword) },
  };
}

function keptForm({ auth, priv, ...user }: SnmpUser): unknown {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    ...user,
    auth: { ...auth, key: text(auth.key) },
    ...(priv === undefined ? {} : { priv: { ...priv, key: text(priv.key) } }),
  };
}

const everywhereLocal = { networks: [], included: [], excluded: [] } as const;

function configuredReaders(
  { community, user, authPassword, privPassword }: ConfiguredReaders,
  engineId: Uint8Array,
): { readonly communities: readonly Community[]; readonly users: readonly SnmpUser[] } {
  return {
    communities: community === '' ? [] : [{ name: configuredName, community, ...everywhereLocal }],
    users:
      user === ''
        ? []
        : [
            userOf(
              newUser.parse({
                name: user,
                authPassword,
                ...(privPassword === '' ? {} : { privPassword }),
              }),
              engineId,
            ),
          ],
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is refused by the schema, as undefined is.
    return undefined;
  }
}
