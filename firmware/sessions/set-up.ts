// The set-up code: makes the first administrator, once, for whoever reads it at the box.
import { timingSafeEqual, createHash } from 'node:crypto';
import type { Clock, Files, Random } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { setUpLimits } from '../limits/session-limits.ts';

export interface SetUp {
  /**
   * The code, while nobody administers the box; made when it is first needed, and kept over
   * restarts.
   */
  code(): Promise<string | undefined>;
  /** `wait`: too many wrong ones came lately, whoever sent them. */
  check(given: string): Promise<'right' | 'wrong' | 'wait' | 'not-needed'>;
  /** There is an administrator now: the code is gone. */
  done(): Promise<void>;
  /**
   * Somebody who holds the box asked, by a file, for a new administrator: until `done` a code is
   * needed, and takes, though there is one. True where that was asked.
   */
  readReset(): Promise<boolean>;
  /** Until `done`: whoever has the code may take an administrator's name over. */
  readonly resetting: boolean;
}

export interface SetUpOptions {
  readonly files: Files;
  readonly random: Random;
  readonly clock: Clock;
  /** Where the code is kept: a file that only the owner of the data folder reads. */
  readonly path: string;
  /** Where it stands for people too, as long as it counts. */
  readonly shownPaths: readonly string[];
  /** Files that ask for a reset, whatever is in them. */
  readonly resetPaths: readonly string[];
  readonly hasAdministrator: () => Promise<boolean>;
}

/** Without letters and digits that look alike on a label printer. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export function createSetUp(options: SetUpOptions): SetUp {
  const { files, random, clock, path, shownPaths, resetPaths, hasAdministrator } = options;
  let resetting = false;
  let wrong = 0;
  let waitUntilMs = 0;

  const read = async (): Promise<string | undefined> => {
    try {
      const kept = await files.readFile(path, setUpLimits.fileBytes);
      return Buffer.from(kept).toString('latin1').trim();
    } catch (error) {
      if (isHalError(error, 'not-found')) return undefined;
      throw error;
    }
  };

  const readOrMake = async (): Promise<string | undefined> => {
    if (!resetting && (await hasAdministrator())) return undefined;
    const kept = await read();
    if (kept !== undefined && kept !== '') return kept;
    const made = makeCode(random);
    await files.replaceFile(path, Buffer.from(`${made}\n`, 'latin1'));
    return made;
  };

  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time: two who ask at once must hear of one code. */
  const code = (): Promise<string | undefined> => {
    const made = turn.then(readOrMake);
    turn = made.catch(() => undefined);
    return made;
  };

  return {
    code,
    async check(given) {
      const right = await code();
      if (right === undefined) return 'not-needed';
      if (clock.monotonicMs() < waitUntilMs) return 'wait';
      if (isSame(normal(given), normal(right))) return 'right';
      wrong += 1;
      if (wrong % setUpLimits.attempts === 0) {
        waitUntilMs = clock.monotonicMs() + setUpLimits.waitMs;
      }
      return 'wrong';
    },
    async done() {
      // The request goes first: after a cut in between there is a code that nothing asks for.
      for (const each of resetPaths) await removeIfPossible(files, each);
      await files.remove(path);
      for (const each of shownPaths) await removeIfPossible(files, each);
      resetting = false;
    },
    async readReset() {
      for (const each of resetPaths) resetting ||= await exists(files, each);
      // A code that was seen before must not take now.
      if (resetting) await files.remove(path);
      return resetting;
    },
    get resetting() {
      return resetting;
    },
  };
}

/** A card that is read-only asks again at the next start; until then it is done. */
async function removeIfPossible(files: Files, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!isHalError(error)) throw error;
  }
}

async function exists(files: Files, path: string): Promise<boolean> {
  try {
    await (await files.open(path, 'read')).close();
    return true;
  } catch (error) {
    if (isHalError(error, 'not-found')) return false;
    throw error;
  }
}

function makeCode(random: Random): string {
  const letters = [...random.bytes(setUpLimits.codeCharacters)].map(
    // 32 letters: the low five bits of a random octet choose without favour.
    (octet) => alphabet[octet % alphabet.length] ?? '',
  );
  const groups: string[] = [];
  for (let at = 0; at < letters.length; at += setUpLimits.groupCharacters) {
    groups.push(letters.slice(at, at + setUpLimits.groupCharacters).join(''));
  }
  return groups.join('-');
}

/** As people type it: without regard to case, dashes and spaces. */
function normal(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '');
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
