// The box itself: what it is, its certificate, backup and restore, and what people changed.
import type { AuditEntryView, PageView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { About } from '../parts/about.tsx';
import { Backup } from '../parts/backup.tsx';
import { Log } from '../parts/log.tsx';
import { Machine } from '../parts/machine.tsx';
import { Certificate } from '../parts/certificate.tsx';
import { OwnPassword } from '../parts/own-password.tsx';
import { Telling } from '../parts/telling.tsx';
import { isAdministrator } from '../state/session.ts';
import { attempt } from '../state/told.ts';
import { t, timeText } from '../text.ts';
import { ask } from '../wire/api.ts';

const auditShown = 50;

export function System() {
  return (
    <main id="content">
      <h1>{t('system.title')}</h1>
      <About />
      <OwnPassword />
      <Certificate owner="node" />
      {isAdministrator() ? <Telling /> : null}
      {isAdministrator() ? <Backup /> : null}
      {isAdministrator() ? <Machine /> : null}
      {isAdministrator() ? <Log /> : null}
      {isAdministrator() ? <Audit /> : null}
    </main>
  );
}

function Audit() {
  const [entries, setEntries] = useState<readonly AuditEntryView[]>([]);
  useEffect(() => {
    void attempt(async () => {
      const query = { limit: auditShown };
      setEntries((await ask<PageView<AuditEntryView>>('/audit', { query })).items);
    });
  }, []);
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">{t('system.audit')}</h2>
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">{t('jobs.time')}</th>
            <th scope="col">{t('login.name')}</th>
            <th scope="col">{t('audit.what')}</th>
            <th scope="col">{t('audit.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ id, at, who, address, what, outcome }) => (
            <tr key={id}>
              <td data-label={t('jobs.time')}>{timeText(at)}</td>
              <td data-label={t('login.name')}>
                {who} <small>{address}</small>
              </td>
              <td data-label={t('audit.what')} class="name">
                <code>{what}</code>
              </td>
              <td data-label={t('audit.outcome')}>{outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
