// Users and tokens: who may come in, added, changed and removed.
import type { MadeTokenView, PageView, TokenView, UserView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { confirm } from '../parts/confirm.tsx';
import { Form } from '../parts/form.tsx';
import { attempt, tell } from '../state/told.ts';
import { t, timeText } from '../text.ts';
import { ask } from '../wire/api.ts';

const roles = ['administrator', 'operator', 'viewer', 'print'] as const;
const scopes = ['read', 'operate', 'administer'] as const;
const longestName = 255;
const longestPassword = 1_024;

/** Read again after each change; people look at this page for seconds. */
function useList<Item>(readPage: () => Promise<PageView<Item>>) {
  const [items, setItems] = useState<readonly Item[]>([]);
  const read = async (): Promise<void> => setItems((await readPage()).items);
  useEffect(() => void attempt(read), []);
  return { items, read };
}

const all = { query: { limit: 1_000 } } as const;

export function Users() {
  return (
    <main id="content">
      <h1>{t('users.title')}</h1>
      <UserList />
      <TokenList />
    </main>
  );
}

function UserList() {
  const { items, read } = useList(() => ask<PageView<UserView>>('/users', all));
  return (
    <section>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{t('login.name')}</th>
            <th scope="col">{t('users.role')}</th>
            <th scope="col">{t('jobs.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((user) => (
            <UserRow key={user.name} user={user} onChanged={read} />
          ))}
        </tbody>
      </table>
      <details>
        <summary>{t('users.add')}</summary>
        <Form
          fields={[
            nameField(t('login.name')),
            {
              type: 'secret',
              name: 'password',
              label: t('setup.password'),
              help: '',
              required: true,
              maxLength: longestPassword,
            },
            {
              type: 'choice',
              name: 'role',
              label: t('users.role'),
              help: '',
              required: true,
              initial: 'operator',
              options: roles.map((role) => ({ value: role, label: t(`users.role.${role}`) })),
            },
          ]}
          submit={t('do.add')}
          onSubmit={async (values) => {
            await ask<UserView>('/users', { json: values });
            await read();
          }}
        />
      </details>
    </section>
  );
}

interface UserRowProps {
  readonly user: UserView;
  readonly onChanged: () => Promise<void>;
}

function UserRow({ user: { name, role }, onChanged }: UserRowProps) {
  const path = `/users/${encodeURIComponent(name)}`;
  const passwordField = {
    type: 'secret',
    name: 'password',
    label: t('setup.password'),
    help: '',
    required: true,
    maxLength: longestPassword,
  } as const;
  const change = async (next: string): Promise<void> => {
    await attempt(() => ask(path, { method: 'PATCH', json: { role: next } }));
    await onChanged();
  };
  return (
    <tr>
      <td data-label={t('login.name')} class="name">
        {name}
      </td>
      <td data-label={t('users.role')}>
        <select
          aria-label={`${t('users.role')}: ${name}`}
          value={role}
          onChange={({ currentTarget }) => void change(currentTarget.value)}
        >
          {roles.map((each) => (
            <option key={each} value={each}>
              {t(`users.role.${each}`)}
            </option>
          ))}
        </select>
      </td>
      <td data-label={t('jobs.actions')}>
        <details>
          <summary aria-label={`${t('users.set-password')}: ${name}`}>
            {t('users.set-password')}
          </summary>
          <Form
            fields={[passwordField]}
            submit={t('do.save')}
            onSubmit={async ({ password }) => {
              await ask(path, { method: 'PATCH', json: { password } });
              tell(t('users.password-set', { name }));
            }}
          />
        </details>
        <Button
          kind="danger"
          label={`${t('do.remove')}: ${name}`}
          run={async () => {
            if (!(await confirm(t('users.remove-sure', { name }), t('do.remove')))) return;
            await ask(path, { method: 'DELETE' });
            await onChanged();
          }}
        >
          {t('do.remove')}
        </Button>
      </td>
    </tr>
  );
}

function TokenList() {
  const { items, read } = useList(() => ask<PageView<TokenView>>('/tokens', all));
  const [made, setMade] = useState<MadeTokenView>();
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">{t('users.tokens')}</h2>
      <ul>
        {items.map(({ name, scopes: may, createdAt }) => (
          <li key={name} class="row">
            <strong>{name}</strong> {may.join(', ')} <small>{timeText(createdAt)}</small>
            <Button
              kind="danger"
              label={`${t('do.remove')}: ${name}`}
              run={async () => {
                const sure = await confirm(t('users.token-sure', { name }), t('do.remove'));
                if (!sure) return;
                await ask(`/tokens/${encodeURIComponent(name)}`, { method: 'DELETE' });
                await read();
              }}
            >
              {t('do.remove')}
            </Button>
          </li>
        ))}
      </ul>
      {made === undefined ? null : (
        <p role="status">
          {t('users.token-made', { name: made.name })} <code>{made.secret}</code>
        </p>
      )}
      <details>
        <summary>{t('users.token-add')}</summary>
        <Form
          fields={[
            nameField(t('login.name')),
            {
              type: 'choice',
              name: 'scope',
              label: t('users.role'),
              help: '',
              required: true,
              initial: 'read',
              options: scopes.map((scope) => ({ value: scope, label: t(`users.scope.${scope}`) })),
            },
          ]}
          submit={t('do.add')}
          onSubmit={async ({ name, scope }) => {
            const json = { name, scopes: [scope] };
            setMade(await ask<MadeTokenView>('/tokens', { json }));
            tell(t('users.token-once'));
            await read();
          }}
        />
      </details>
    </section>
  );
}

function nameField(label: string) {
  return {
    type: 'text',
    name: 'name',
    label,
    help: '',
    required: true,
    maxLength: longestName,
  } as const;
}
