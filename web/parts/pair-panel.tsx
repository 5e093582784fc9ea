// The pair in one look: what would happen if this box died now, who owns what, how the two hear each
// other.
import type { GroupView, PairView } from '../../firmware/api/types.ts';
import { groups, isSafe, pair } from '../state/pair.ts';
import { hrefOf } from '../state/route.ts';
import { t } from '../text.ts';
import { HeldByPeer } from './held-by-peer.tsx';

export function PairPanel() {
  const seen = pair.value;
  if (seen?.paired !== true) return null;
  const safe = isSafe(seen, groups.value);
  return (
    <section class={safe ? 'well pair' : 'attention pair'} aria-labelledby="pair-now">
      <h2 id="pair-now">{fateText(seen, groups.value)}</h2>
      <Heartbeat pair={seen} />
      <ul class="owners">
        {groups.value.map((group) => (
          <li key={group.id}>
            <a href={hrefOf('pair')}>{group.name}</a>: {ownerText(group, seen)}{' '}
            <span class={`state ${group.mode}`}>{t(`pair.mode.${group.mode}`)}</span>
          </li>
        ))}
      </ul>
      {groups.value.map(({ id, name }) => (
        <HeldByPeer key={id} group={name} />
      ))}
    </section>
  );
}

/** What would happen if this box died now. */
export function fateText(seen: PairView, all: readonly GroupView[]): string {
  const peer = seen.peer?.name ?? t('pair.other');
  if (seen.peer?.connected !== true) return t('pair.if-died-alone', { peer });
  const mine = all.filter(({ ownedHere }) => ownedHere);
  if (mine.length === 0) return t('pair.if-died-nothing', { peer });
  const names = mine.map(({ name }) => name).join(', ');
  return isSafe(seen, all)
    ? t('pair.if-died-safe', { peer, groups: names })
    : t('pair.if-died-exposed', { peer, groups: names });
}

export function Heartbeat({ pair: { peer, link, witness } }: { readonly pair: PairView }) {
  const isHeard = peer?.connected === true;
  const ms = link.echoMs?.median.toFixed(1);
  return (
    <p>
      {peer?.name} {t(isHeard ? 'pair.hears' : 'pair.unheard')}
      {isHeard && ms !== undefined ? ` (${t('pair.heartbeat-in', { ms })})` : null}.{' '}
      {t('pair.witness')}:{' '}
      {witness === undefined ? t('pair.no-witness') : t(`pair.witness.${link.witness}`)}.
    </p>
  );
}

export function ownerText({ owner, ownedHere }: GroupView, { peer }: PairView): string {
  if (owner === undefined) return t('pair.unknown');
  return ownedHere ? t('pair.this') : (peer?.name ?? t('pair.other'));
}
