// Users, tokens and sessions over a real store on a simulated disk.
import { type Access, createAccess } from '../../firmware/users/access.ts';
import { openRig, spooler, term } from '../store/rig.ts';
import type { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';

export async function makeAccess(clock: VirtualClock): Promise<Access> {
  const { store, files } = await openRig();
  return createAccess({
    store,
    files,
    clock,
    spooler,
    term: () => term,
    random: new SeededRandom(1),
    setUpCodePath: '/data/set-up-code',
  });
}
