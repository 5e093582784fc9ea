// Jobs of a group that the other box may have printed: a person who looks at the paper says which it
// is, with one press.
import type { JobView, PageView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { jobsChanged } from '../state/live.ts';
import { isOperator } from '../state/session.ts';
import { tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { Button } from './button.tsx';
import { confirm } from './confirm.tsx';

const namesShown = 5;

export function HeldByPeer({ group }: { readonly group: string }) {
  const path = `/groups/${encodeURIComponent(group)}/held-jobs`;
  const [held, setHeld] = useState<readonly JobView[]>([]);
  const read = async (): Promise<void> => {
    try {
      setHeld((await ask<PageView<JobView>>(path)).items);
    } catch {
      // Whoever owns the group does not answer now: the panel above says so.
      setHeld([]);
    }
  };
  const changes = jobsChanged.value;
  useEffect(() => void read(), [path, changes]);
  if (held.length === 0) return null;
  const act = (what: 'print' | 'discard') => async (): Promise<void> => {
    const count = held.length;
    const sure = await confirm(t(`held.${what}-sure`, { count }), t(`held.${what}`));
    if (!sure) return;
    await ask(`${path}/${what}`, { json: {} });
    tell(t(`held.${what}-done`, { count }));
    await read();
  };
  const names = held.slice(0, namesShown).map(({ number, name }) => `${number} “${name}”`);
  return (
    <div class="attention" role="group" aria-label={t('held.title', { group })}>
      <p>
        <strong>{t('held.lead', { count: held.length })}</strong> {names.join(', ')}
        {held.length > namesShown ? ' …' : ''}
      </p>
      {isOperator() ? (
        <div class="row">
          <Button run={act('print')}>{t('held.print')}</Button>
          <Button kind="danger" run={act('discard')}>
            {t('held.discard')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
