// The certificate that clients see: what it is, an own one in its place, and back again.
import type { CertificateView } from '../../firmware/api/types.ts';
import { useEffect, useId, useState } from 'preact/hooks';
import { isAdministrator } from '../state/session.ts';
import { attempt, tell } from '../state/told.ts';
import { language, t } from '../text.ts';
import { ask, askUnlessGone } from '../wire/api.ts';
import { Button } from './button.tsx';
import { confirm } from './confirm.tsx';
import { FileForm } from './file-form.tsx';

interface CertificateProps {
  /** `node`, or the name of a group. */
  readonly owner: string;
}

export function Certificate({ owner }: CertificateProps) {
  const id = useId();
  const path = `/certificates/${encodeURIComponent(owner)}`;
  const [shown, setShown] = useState<CertificateView>();
  useEffect(() => {
    void attempt(async () => setShown(await ask<CertificateView>(path)));
  }, [path]);
  if (shown === undefined) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{t('system.certificate')}</h2>
      <Facts path={path} shown={shown} onChanged={setShown} />
    </section>
  );
}

/** A group's, behind a fold: it is looked at once in a year. */
export function GroupCertificate({ owner }: CertificateProps) {
  const path = `/certificates/${encodeURIComponent(owner)}`;
  const [shown, setShown] = useState<CertificateView>();
  useEffect(() => {
    // A group that was just made has none yet.
    void attempt(async () => setShown(await askUnlessGone<CertificateView>(path)));
  }, [path]);
  if (shown === undefined) return null;
  return (
    <details>
      <summary>{t('system.certificate')}</summary>
      <Facts path={path} shown={shown} onChanged={setShown} />
    </details>
  );
}

function Facts({ path, shown, onChanged }: ChangeProps) {
  const date = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium' });
  return (
    <>
      <p>
        {t(`system.certificate.${shown.source}`)},{' '}
        {t('system.certificate.until', { date: date.format(shown.notAfterMs) })}
      </p>
      <dl>
        <dt>{t('system.certificate.names')}</dt>
        <dd>{shown.names.join(', ')}</dd>
        <dt>{t('system.certificate.pin')}</dt>
        <dd>
          <code>{shown.pin}</code>
        </dd>
      </dl>
      {isAdministrator() ? <Change path={path} shown={shown} onChanged={onChanged} /> : null}
    </>
  );
}

interface ChangeProps {
  readonly path: string;
  readonly shown: CertificateView;
  readonly onChanged: (certificate: CertificateView) => void;
}

function Change({ path, shown, onChanged }: ChangeProps) {
  const own = shown.source === 'own';
  return (
    <details>
      <summary>{t('system.certificate.install')}</summary>
      <FileForm
        files={[
          { name: 'chain', label: t('system.certificate.chain') },
          { name: 'key', label: t('system.certificate.key') },
        ]}
        submit={t('do.save')}
        onSubmit={async ({ chain, key }) => {
          const [chainPem, privateKeyPem] = await Promise.all([chain?.text(), key?.text()]);
          onChanged(await ask<CertificateView>(path, { json: { chainPem, privateKeyPem } }));
          tell(t('system.certificate.done'));
        }}
      />
      {own ? null : (
        <Button
          kind="danger"
          run={async () => {
            const sure = await confirm(t('system.certificate.remove-sure'), t('do.remove'));
            if (sure) onChanged(await ask<CertificateView>(path, { method: 'DELETE' }));
          }}
        >
          {t('system.certificate.remove')}
        </Button>
      )}
    </details>
  );
}
