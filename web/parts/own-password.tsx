// One's own password: the old one once, a new one, and everybody who is in with it is out.
import { logIn, session } from '../state/session.ts';
import { tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { Form } from './form.tsx';

const longest = 1_024;

export function OwnPassword() {
  const who = session.value;
  if (who.kind !== 'logged-in') return null;
  const secret = (name: string, label: string) =>
    ({ type: 'secret', name, label, help: '', required: true, maxLength: longest }) as const;
  return (
    <section aria-labelledby="password">
      <h2 id="password">{t('password.title')}</h2>
      <details>
        <summary>{t('password.change')}</summary>
        <Form
          fields={[secret('old', t('password.old')), secret('new', t('setup.password'))]}
          submit={t('do.save')}
          onSubmit={async (values) => {
            await ask('/session/password', { json: values });
            // All sessions of this user have ended, this one too.
            await logIn(who.name, String(values['new']));
            tell(t('password.done'));
          }}
        />
      </details>
    </section>
  );
}
