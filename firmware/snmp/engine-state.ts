// The identity of the SNMP engine: its id, and how often it was started (RFC 3411 5, RFC 3414 2.2).
import type { Clock } from '../../hal/contract.ts';
import { RefusedError } from '../errors/codes.ts';
import { snmpLimits } from '../limits/snmp-limits.ts';
import type { Store, Term } from '../store/contract.ts';
import type { EngineView } from './contract.ts';
import { enterpriseNumber } from './mib/names.ts';

export interface EngineOptions {
  readonly store: Pick<Store, 'commit' | 'query'>;
  readonly spooler: string;
  readonly term: () => Term;
  /** A UUID. */
  readonly nodeId: string;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

const path = ['Snmp'] as const;
const bootsName = 'EngineBoots';
/** The rest of the id is whatever the maker chooses. */
const chosenByMaker = 5;

/**
 * Stores one boot more before it answers: after a kill, too, what was recorded before is refused.
 * Rejects with a RefusedError where the store refuses, and as Store.commit does.
 */
export async function openEngine(options: EngineOptions): Promise<EngineView> {
  const { store, spooler, term, clock } = options;
  const kept = await store.query('registry.value', { spooler, path, name: bootsName });
  const before = kept?.type === 'dword' ? kept.data : 0;
  const boots = Math.min(before + 1, snmpLimits.mostBoots);
  const value = { type: 'dword' as const, data: boots };
  const outcome = await store.commit({
    spooler,
    term: term(),
    changes: [
      { type: 'registry.key-created', payload: { path } },
      { type: 'registry.values-set', payload: { path, values: [{ name: bootsName, value }] } },
    ],
  });
  if (outcome.kind === 'refused') throw new RefusedError(outcome);
  const startedAtMs = clock.monotonicMs();
  return {
    id: engineIdOf(options.nodeId),
    boots,
    timeSeconds: () => Math.floor((clock.monotonicMs() - startedAtMs) / 1_000),
  };
}

function engineIdOf(nodeId: string): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(0x8000_0000 + enterpriseNumber);
  head[4] = chosenByMaker;
  return Buffer.concat([head, Buffer.from(nodeId.replaceAll('-', ''), 'hex')]);
}
