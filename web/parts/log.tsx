// The newest lines of the log, by level, and the bundle for those who help.
import type { LogLineView, PageView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { attempt } from '../state/told.ts';
import { t, timeText } from '../text.ts';
import { ask, download } from '../wire/api.ts';
import { Button } from './button.tsx';
import { Tabs } from './tabs.tsx';

const levels = ['info', 'warn', 'error'] as const;
const linesShown = 50;

export function Log() {
  const [level, setLevel] = useState<(typeof levels)[number]>('warn');
  const [limit, setLimit] = useState(linesShown);
  const [page, setPage] = useState<PageView<LogLineView>>();
  useEffect(() => {
    void attempt(async () =>
      setPage(await ask<PageView<LogLineView>>('/log', { query: { level, limit } })),
    );
  }, [level, limit]);
  const items = page?.items ?? [];
  return (
    <section aria-labelledby="log">
      <h2 id="log">{t('system.logs')}</h2>
      <Tabs
        label={t('log.level')}
        tabs={levels.map((value) => ({ value, text: t(`log.${value}`) }))}
        chosen={level}
        onChoose={setLevel}
      />
      {page !== undefined && items.length === 0 ? <p>{t('log.none')}</p> : null}
      <ul class="log">
        {items.map((line) => (
          <li key={line.id} class={line.level}>
            <small>
              {timeText({ ms: Date.parse(line.time), trusted: true })} {line.room}
            </small>
            {line.message} <Facts facts={line.facts} />
          </li>
        ))}
      </ul>
      <div class="row">
        {page?.next === undefined ? null : (
          <button type="button" class="plain" onClick={() => setLimit(limit + linesShown)}>
            {t('do.more')}
          </button>
        )}
        <Button run={() => download('/support', undefined)}>{t('log.support')}</Button>
      </div>
    </section>
  );
}

function Facts({ facts }: Pick<LogLineView, 'facts'>) {
  const text = JSON.stringify(facts);
  return text === '{}' ? null : <code>{text}</code>;
}
