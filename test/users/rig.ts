// Users, tokens and sessions over a real store on a simulated disk.
import { type Access, createAccess } from '../../firmware/users/access.ts';
import { openRig, spooler, term } from '../store/rig.ts';
import type { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';

export async function makeAccess(clock: VirtualClock): Promise<Access> {
  return (await makeAccessRig(clock)).access;
}

export async function makeAccessRig(clock: VirtualClock) {
  const { store, files } = await openRig();
  const access = createAccess({
    store,
    files,
    clock,
    spooler,
    term: () => term,
    random: new SeededRandom(1),
    setUpCodePath: '/data/set-up-code',
    resetPaths: ['/data/reset-administrator'],
  });
  const askForReset = () => files.replaceFile('/data/reset-administrator', new Uint8Array());
  return { access, askForReset };
}
