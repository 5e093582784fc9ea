// The pair: who owns what, whether the two hear each other, what would happen if this box died now.
import type { GroupView, PairView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { GroupCertificate } from '../parts/certificate.tsx';
import { confirm } from '../parts/confirm.tsx';
import { HeldByPeer } from '../parts/held-by-peer.tsx';
import { Form } from '../parts/form.tsx';
import { fateText, Heartbeat, ownerText } from '../parts/pair-panel.tsx';
import { groups, isSafe, pair, readPair } from '../state/pair.ts';
import { isAdministrator, isOperator } from '../state/session.ts';
import { attempt } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';

const longestName = 255;
const channelPort = { min: 1, max: 65_535, initial: 8_884 };

export function Pair() {
  const seen = pair.value;
  useEffect(() => void attempt(readPair), []);
  if (seen === undefined) return <main id="content">{t('app.loading')}</main>;
  return (
    <main id="content">
      <h1>{t('pair.title')}</h1>
      {seen.paired ? <Peer pair={seen} /> : <Alone />}
      {groups.value.map((group) => (
        <Group key={group.id} group={group} pair={seen} />
      ))}
      {seen.paired && isAdministrator() ? <NewGroup /> : null}
    </main>
  );
}

function Peer({ pair: seen }: { readonly pair: PairView }) {
  const { peer, witness } = seen;
  const safe = isSafe(seen, groups.value);
  return (
    <section class={safe ? 'well' : 'attention'} aria-labelledby="peer">
      <h2 id="peer">{fateText(seen, groups.value)}</h2>
      <Heartbeat pair={seen} />
      <dl>
        <dt>{t('pair.peer')}</dt>
        <dd>
          {peer?.name} <code>{peer?.address}</code> {peer?.version ?? ''}
        </dd>
        {witness === undefined ? null : (
          <>
            <dt>{t('pair.witness')}</dt>
            <dd>
              <code>{`${witness.address}:${witness.port}`}</code>
            </dd>
          </>
        )}
      </dl>
      {isAdministrator() && groups.value.length === 0 ? <Witness /> : null}
      {isAdministrator() ? (
        <Button
          kind="danger"
          run={async () => {
            if (!(await confirm(t('pair.unpair-sure'), t('pair.unpair')))) return;
            await ask('/pair/unpair', { json: {} });
            await readPair();
          }}
        >
          {t('pair.unpair')}
        </Button>
      ) : null}
    </section>
  );
}

/** Only before there are groups: its change under an owner could leave two that act. */
function Witness() {
  return (
    <details>
      <summary>{t('pair.set-witness')}</summary>
      <p>{t('pair.witness-lead')}</p>
      <Form
        fields={[textField('address', t('pair.witness-address'))]}
        submit={t('do.save')}
        onSubmit={async ({ address }) => {
          await ask('/pair/witness', { json: { address } });
          await readPair();
        }}
      />
    </details>
  );
}

function Alone() {
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
          await readPair();
        }}
      />
    </section>
  );
}

interface GroupProps {
  readonly group: GroupView;
  readonly pair: PairView;
}

function Group({ group, pair: seen }: GroupProps) {
  const { id, name, addresses, mode, state } = group;
  const act = (what: string) => async (): Promise<void> => {
    await ask(`/groups/${encodeURIComponent(id)}/${what}`, { method: 'POST' });
    await readPair();
  };
  return (
    <section class="card" aria-label={`${t('pair.group')}: ${name}`}>
      <h2>
        {name} <small>{addresses.join(', ')}</small>
      </h2>
      <dl>
        <dt>{t('pair.owner')}</dt>
        <dd>{ownerText(group, seen)}</dd>
        <dt>{t('pair.mode')}</dt>
        <dd>
          {state ?? ''} <span class={`state ${mode}`}>{t(`pair.mode.${mode}`)}</span>
        </dd>
      </dl>
      <HeldByPeer group={name} />
      <GroupCertificate owner={name} />
      {isOperator() ? (
        <div class="row">
          <Button label={`${t('pair.move')}: ${name}`} run={act('move')}>
            {t('pair.move')}
          </Button>
          {state === 'Offline' ? (
            <Button label={`${t('pair.online')}: ${name}`} run={act('online')}>
              {t('pair.online')}
            </Button>
          ) : (
            <Button
              kind="danger"
              label={`${t('pair.offline')}: ${name}`}
              run={async () => {
                const sure = await confirm(t('pair.offline-sure', { name }), t('pair.offline'));
                if (sure) await act('offline')();
              }}
            >
              {t('pair.offline')}
            </Button>
          )}
        </div>
      ) : null}
    </section>
  );
}

function NewGroup() {
  return (
    <details>
      <summary>{t('pair.new-group')}</summary>
      <Form
        fields={[
          textField('name', t('pair.group-name')),
          {
            ...textField('addresses', t('pair.group-address')),
            help: t('pair.address-help'),
            required: false,
          },
        ]}
        submit={t('do.add')}
        onSubmit={async ({ name, addresses = '' }) => {
          const list = String(addresses)
            .split(/[\s,]+/)
            .filter((each) => each !== '');
          await ask('/groups', { json: { name, addresses: list } });
          await readPair();
        }}
      />
    </details>
  );
}

function textField(name: string, label: string) {
  return { type: 'text', name, label, help: '', required: true, maxLength: longestName } as const;
}
