// The printers of the other appliance: those of its groups can be worked with from here, its own are
// shown, and are unknown while it is gone.
import type { PeerPrintersView } from '../../firmware/api/types.ts';
import { pair, peerPrinters } from '../state/pair.ts';
import { hrefOf } from '../state/route.ts';
import { t } from '../text.ts';
import { Complaints, peerNeedsPerson } from './printer-state.tsx';

export function PeerPrinters() {
  const peer = pair.value?.peer;
  const shown = peerPrinters.value;
  if (peer === undefined || shown === undefined) return null;
  if (shown.items.length === 0 && shown.known) return null;
  return (
    <section aria-labelledby="peer-printers">
      <h2 id="peer-printers">{t('pair.printers-of', { peer: peer.name })}</h2>
      {shown.known ? null : <p>{t('pair.printers-unknown', { peer: peer.name })}</p>}
      {shown.page === undefined || !shown.known ? null : (
        <p>
          <a href={shown.page}>{t('pair.page-of', { peer: peer.name })}</a>
        </p>
      )}
      <div class="grid">
        {shown.items.map((item) => (
          <PeerCard key={item.id} item={item} />
        ))}
      </div>
    </section>
  );
}

type PeerItem = PeerPrintersView['items'][number];

function stateOf(item: PeerItem, status: NonNullable<PeerItem['status']>) {
  return peerNeedsPerson(item) ? 'stopped' : status.state;
}

function PeerCard({ item }: { readonly item: PeerItem }) {
  const { name, owner, location, status } = item;
  return (
    <article class={peerNeedsPerson(item) ? 'card bad' : 'card'}>
      <h3>
        {owner === 'local' || status === undefined ? (
          name
        ) : (
          <a href={hrefOf('printers', `${owner}/${name}`)}>{name}</a>
        )}
        {owner === 'local' ? null : <small>{owner}</small>}
      </h3>
      <p class="row spread">
        <span class={`state ${peerNeedsPerson(item) ? 'bad' : (status?.state ?? '')}`}>
          {status === undefined ? t('pair.unknown') : t(`printer.state.${stateOf(item, status)}`)}
        </span>
        <span>
          {status === undefined || status.queuedJobCount === 0
            ? ''
            : t('printer.waiting', { count: status.queuedJobCount })}
        </span>
      </p>
      {location === '' ? null : <p class="place">{location}</p>}
      {status === undefined ? null : <Complaints status={status} />}
    </article>
  );
}
