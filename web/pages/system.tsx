// The box itself: what it is, where it listens, what it says of its health.
import { system } from '../state/live.ts';
import { t, timeText } from '../text.ts';

export function System() {
  const box = system.value;
  if (box === undefined) return <main id="content">{t('app.loading')}</main>;
  const time = timeText({ ms: Date.parse(box.time), trusted: true });
  const up = timeText({
    ms: Date.parse(box.time) - box.uptimeSeconds * 1_000,
    trusted: box.timeTrusted,
  });
  return (
    <main id="content">
      <h1>{t('system.title')}</h1>
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
            {time}
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
    </main>
  );
}
