// The pair: who owns what, whether the two hear each other, what would happen if this box died now.
import type { GroupView, PageView, PairView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { confirm } from '../parts/confirm.tsx';
import { Form } from '../parts/form.tsx';
import { pairChanged } from '../state/live.ts';
import { isAdministrator, isOperator } from '../state/session.ts';
import { attempt } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';

/** How the two hear each other changes without an event. */
const lookAgainMs = 2_000;
const longestName = 255;
const channelPort = { min: 1, max: 65_535, initial: 8_884 };

interface Shown {
  readonly pair: PairView;
  readonly groups: readonly GroupView[];
}

function usePair() {
  const [shown, setShown] = useState<Shown>();
  const read = async (): Promise<void> => {
    const [pair, groups] = await Promise.all([
      ask<PairView>('/pair'),
      ask<PageView<GroupView>>('/groups'),
    ]);
    setShown({ pair, groups: groups.items });
  };
  useEffect(() => {
    void attempt(read);
    const timer = setInterval(() => void read().catch(() => undefined), lookAgainMs);
    return () => clearInterval(timer);
  }, [pairChanged.value]);
  return { shown, read };
}

export function Pair() {
  const { shown, read } = usePair();
  if (shown === undefined) return <main id="content">{t('app.loading')}</main>;
  const { pair, groups } = shown;
  return (
    <main id="content">
      <h1>{t('pair.title')}</h1>
      {pair.paired ? <Peer shown={shown} onChanged={read} /> : <Alone onChanged={read} />}
      {groups.map((group) => (
        <Group key={group.id} group={group} pair={pair} onChanged={read} />
      ))}
      {pair.paired && isAdministrator() ? <NewGroup onChanged={read} /> : null}
    </main>
  );
}

interface Changing {
  readonly onChanged: () => Promise<void>;
}

/** Safe where the other holds all that clients were told of each group that is owned here. */
function Peer({ shown: { pair, groups }, onChanged }: Changing & { readonly shown: Shown }) {
  const { peer, link, witness } = pair;
  const mine = groups.filter(({ ownedHere }) => ownedHere);
  const safe = peer?.connected === true && mine.every(({ mode }) => mode === 'in-step');
  return (
    <section class={safe ? 'well' : 'attention'} aria-labelledby="peer">
      <h2 id="peer">{safe ? t('pair.if-died-safe') : t('pair.if-died-exposed')}</h2>
      <dl>
        <dt>{t('pair.peer')}</dt>
        <dd>
          {peer?.name} <code>{peer?.address}</code>{' '}
          {t(peer?.connected === true ? 'pair.hears' : 'pair.unheard')}
        </dd>
        <dt>{t('pair.heartbeat')}</dt>
        <dd>
          {link.echoMs === undefined
            ? t('pair.unknown')
            : `${link.echoMs.median.toFixed(1)} ms (${link.echoMs.worst.toFixed(1)} ms)`}
        </dd>
        <dt>{t('pair.witness')}</dt>
        <dd>
          {witness === undefined ? t('pair.no-witness') : `${witness.address} ${link.witness}`}
        </dd>
      </dl>
      {isAdministrator() ? (
        <Button
          kind="danger"
          run={async () => {
            if (!(await confirm(t('pair.unpair-sure'), t('pair.unpair')))) return;
            await ask('/pair/unpair', { json: {} });
            await onChanged();
          }}
        >
          {t('pair.unpair')}
        </Button>
      ) : null}
    </section>
  );
}

function Alone({ onChanged }: Changing) {
  const [code, setCode] = useState('');
  if (!isAdministrator()) return <p>{t('pair.alone')}</p>;
  return (
    <section>
      <p>{t('pair.alone')}</p>
      <Button
        kind="main"
        run={async () => {
          const shown = await ask<{ readonly code: string }>('/pair/code', { json: {} });
          setCode(shown.code);
        }}
      >
        {t('pair.show-code')}
      </Button>
      {code === '' ? null : (
        <p role="status">
          <strong class="code">{code}</strong> {t('pair.code-lives')}
        </p>
      )}
      <h2>{t('pair.join')}</h2>
      <Form
        fields={[
          textField('host', t('pair.host')),
          textField('code', t('pair.code')),
          {
            type: 'integer',
            name: 'port',
            label: t('pair.port'),
            help: '',
            required: true,
            ...channelPort,
          },
        ]}
        submit={t('pair.join')}
        foldOptional
        onSubmit={async (values) => {
          await ask('/pair/join', { json: values });
          await onChanged();
        }}
      />
    </section>
  );
}

interface GroupProps extends Changing {
  readonly group: GroupView;
  readonly pair: PairView;
}

function Group({ group, pair, onChanged }: GroupProps) {
  const { id, name, addresses, owner, ownedHere, mode, state } = group;
  const act = (what: string) => async (): Promise<void> => {
    await ask(`/groups/${encodeURIComponent(id)}/${what}`, { method: 'POST' });
    await onChanged();
  };
  const who = ownedHere ? t('pair.this') : (pair.peer?.name ?? t('pair.other'));
  return (
    <section class="card" aria-label={`${t('pair.group')}: ${name}`}>
      <h2>
        {name} <small>{addresses.join(', ')}</small>
      </h2>
      <dl>
        <dt>{t('pair.owner')}</dt>
        <dd>{owner === undefined ? t('pair.unknown') : who}</dd>
        <dt>{t('pair.mode')}</dt>
        <dd>
          {state ?? ''} <span class={`state ${mode}`}>{t(`pair.mode.${mode}`)}</span>
        </dd>
      </dl>
      {isOperator() ? (
        <div class="row">
          <Button run={act('move')}>{t('pair.move')}</Button>
          <Button run={act(state === 'Offline' ? 'online' : 'offline')}>
            {t(state === 'Offline' ? 'pair.online' : 'pair.offline')}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function NewGroup({ onChanged }: Changing) {
  return (
    <details>
      <summary>{t('pair.new-group')}</summary>
      <Form
        fields={[
          textField('name', t('pair.group-name')),
          { ...textField('addresses', t('pair.group-address')), help: t('pair.address-help') },
        ]}
        submit={t('do.add')}
        onSubmit={async ({ name, addresses }) => {
          const list = String(addresses)
            .split(/[\s,]+/)
            .filter((each) => each !== '');
          await ask('/groups', { json: { name, addresses: list } });
          await onChanged();
        }}
      />
    </details>
  );
}

function textField(name: string, label: string) {
  return { type: 'text', name, label, help: '', required: true, maxLength: longestName } as const;
}
