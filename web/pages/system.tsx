// The box itself: what it is, where it listens, its certificate, and what people changed.
import type { AuditEntryView, CertificateView, PageView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { system } from '../state/live.ts';
import { isAdministrator } from '../state/session.ts';
import { attempt } from '../state/told.ts';
import { language, t, timeText } from '../text.ts';
import { ask } from '../wire/api.ts';

const auditShown = 50;

export function System() {
  return (
    <main id="content">
      <h1>{t('system.title')}</h1>
      <About />
      <Certificate />
      {isAdministrator() ? <Audit /> : null}
    </main>
  );
}

function About() {
  const box = system.value;
  if (box === undefined) return <p aria-busy="true">{t('app.loading')}</p>;
  const nowMs = Date.parse(box.time);
  const up = timeText({ ms: nowMs - box.uptimeSeconds * 1_000, trusted: box.timeTrusted });
  return (
    <>
      <section aria-labelledby="about">
        <h2 id="about">{t('system.about')}</h2>
        <dl>
          <dt>{t('system.version')}</dt>
          <dd>
            {box.product} {box.version}
          </dd>
          <dt>{t('system.node')}</dt>
          <dd>
            <code>{box.nodeId}</code>
          </dd>
          <dt>{t('system.time')}</dt>
          <dd>
            {timeText({ ms: nowMs, trusted: true })}
            {box.timeTrusted ? null : ` (${t('system.time-untrusted')})`}
          </dd>
          <dt>{t('system.up')}</dt>
          <dd>{up}</dd>
        </dl>
      </section>
      <section aria-labelledby="listens">
        <h2 id="listens">{t('system.addresses')}</h2>
        <ul>
          {box.addresses.map(({ what, address, printer }) => (
            <li key={`${what} ${address}`}>
              {what} <code>{address}</code>
              {printer === undefined ? null : ` ${printer}`}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Certificate() {
  const [shown, setShown] = useState<CertificateView>();
  useEffect(() => {
    void attempt(async () => setShown(await ask<CertificateView>('/certificates/node')));
  }, []);
  if (shown === undefined) return null;
  const date = new Intl.DateTimeFormat(language.value, { dateStyle: 'medium' });
  return (
    <section aria-labelledby="certificate">
      <h2 id="certificate">{t('system.certificate')}</h2>
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
    </section>
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
