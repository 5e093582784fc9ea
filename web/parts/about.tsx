// What the box is, and where it listens.
import { system } from '../state/live.ts';
import { t, timeText } from '../text.ts';

export function About() {
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
