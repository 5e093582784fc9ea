// Before anything else: the set-up of a new box, and the log-in.
import type { FormFieldView } from '../../firmware/api/types.ts';
import { Form } from '../parts/form.tsx';
import { logIn, setUp } from '../state/session.ts';
import { t } from '../text.ts';

const longestName = 255;
const longestPassword = 1_024;

export function LogIn() {
  return (
    <main id="content" class="narrow">
      <h1>{t('login.title')}</h1>
      <Form
        fields={[nameField(t('login.name')), passwordField(t('login.password'))]}
        submit={t('do.log-in')}
        onSubmit={({ name, password }) => logIn(String(name), String(password))}
      />
      <p>
        <small>{t('login.forgot')}</small>
      </p>
    </main>
  );
}

export function SetUp() {
  const code: FormFieldView = {
    type: 'text',
    name: 'code',
    label: t('setup.code'),
    help: t('setup.where'),
    required: true,
    maxLength: 64,
  };
  return (
    <main id="content" class="narrow">
      <h1>{t('setup.title')}</h1>
      <p>{t('setup.lead')}</p>
      <Form
        fields={[code, nameField(t('setup.name')), passwordField(t('setup.password'))]}
        submit={t('setup.do')}
        onSubmit={(values) =>
          setUp(String(values['code']), String(values['name']), String(values['password']))
        }
      />
    </main>
  );
}

function nameField(label: string): FormFieldView {
  return { type: 'text', name: 'name', label, help: '', required: true, maxLength: longestName };
}

function passwordField(label: string): FormFieldView {
  return {
    type: 'secret',
    name: 'password',
    label,
    help: '',
    required: true,
    maxLength: longestPassword,
  };
}
