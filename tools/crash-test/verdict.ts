// Judges one run: what clients were told, what printers received and what Platen says of its jobs,
// side by side; pure.

/** One document that a client tried to print. */
export interface SentDocument {
  readonly id: string;
  readonly door: string;
  readonly digest: string;
  readonly bytes: number;
  /** The client heard success. */
  readonly acknowledged: boolean;
}

/** One connection to an emulated printer. */
export interface PrinterSession {
  /** Whose first bytes it carried; undefined where they tell nothing. */
  readonly documentId: string | undefined;
  readonly bytes: number;
  readonly digest: string;
  readonly firstByteAtMs: number | undefined;
  /** How it ended, for messages. */
  readonly end: string;
}

/** A job as the API shows it after everything came to rest. */
export interface SeenJob {
  readonly digest: string;
  readonly state: string;
  readonly possiblyPrintedTwice: boolean;
}

export interface RunFacts {
  readonly documents: readonly SentDocument[];
  readonly sessions: readonly PrinterSession[];
  readonly jobs: readonly SeenJob[];
  /** Digests of jobs that were shown as completed before the kill. */
  readonly completedBefore: ReadonlySet<string>;
  readonly killedAtMs: number;
  /** When the next process was started: nothing that came before is its work. */
  readonly restartedAtMs: number;
}

export interface Verdict {
  readonly acknowledged: number;
  readonly lost: number;
  readonly printedAgain: number;
  readonly unmarkedDoubles: number;
  readonly marked: number;
  /** Marks on jobs of which a printer can have at most one copy, for no reason. */
  readonly wrongMarks: number;
  /** Marked, and waiting for a person: broken off twice. */
  readonly held: number;
  /** Not acknowledged, and printed all the same: the client will send again. */
  readonly unacknowledgedPrinted: number;
  /** What is wrong, one sentence each. */
  readonly failures: readonly string[];
}

export function judge(facts: RunFacts): Verdict {
  const verdicts = facts.documents.map((document) => judgeOne(document, facts));
  const count = (has: (one: OneVerdict) => boolean) => verdicts.filter(has).length;
  return {
    acknowledged: facts.documents.filter(({ acknowledged }) => acknowledged).length,
    lost: count(({ lost }) => lost),
    printedAgain: count(({ printedAgain }) => printedAgain),
    unmarkedDoubles: count(({ unmarkedDouble }) => unmarkedDouble),
    marked: count(({ marked }) => marked),
    wrongMarks: count(({ wrongMark }) => wrongMark),
    held: count(({ held }) => held),
    unacknowledgedPrinted: count(({ unasked }) => unasked),
    failures: verdicts.flatMap(({ failures }) => failures),
  };
}

interface OneVerdict {
  readonly lost: boolean;
  readonly printedAgain: boolean;
  readonly unmarkedDouble: boolean;
  readonly marked: boolean;
  readonly wrongMark: boolean;
  readonly held: boolean;
  readonly unasked: boolean;
  readonly failures: readonly string[];
}

function judgeOne(document: SentDocument, facts: RunFacts): OneVerdict {
  const { id, digest, acknowledged, door } = document;
  const job = facts.jobs.find((one) => one.digest === digest);
  const touched = facts.sessions.filter((one) => one.documentId === id && one.bytes > 0);
  const whole = touched.filter((one) => one.digest === digest);
  const marked = job?.possiblyPrintedTwice === true;
  const held = marked && job.state === 'pending-held';
  const isPrinted = job?.state === 'completed' && whole.length > 0;
  const lost = acknowledged && !isPrinted && !held;
  const printedAgain =
    facts.completedBefore.has(digest) &&
    touched.some(({ firstByteAtMs = 0 }) => firstByteAtMs >= facts.restartedAtMs);
  const unmarkedDouble = touched.length > 1 && !marked;
  // The kill fell between first byte and committed completion where bytes came before the restart.
  const wasUnderWay = touched.some(({ firstByteAtMs = 0 }) => firstByteAtMs < facts.restartedAtMs);
  const wrongMark = marked && touched.length <= 1 && (!wasUnderWay || printedAgain);
  const seen = touched.map((one) => `${one.bytes}${one.digest === digest ? '' : '?'} ${one.end}`);
  const what =
    `${id} (${door}, ${document.bytes} bytes, ${job?.state ?? 'no job'}, ` +
    `printers: ${seen.join(', ')})`;
  return {
    lost,
    printedAgain,
    unmarkedDouble,
    marked,
    wrongMark,
    held,
    unasked: !acknowledged && whole.length > 0,
    failures: [
      ...(lost ? [`lost: ${what}`] : []),
      ...(printedAgain ? [`completed and printed again: ${what}`] : []),
      ...(unmarkedDouble ? [`doubled without a mark: ${what}`] : []),
      ...(wrongMark ? [`marked without a reason: ${what}`] : []),
    ],
  };
}

export function sum(verdicts: readonly Verdict[]): Verdict {
  const total = (of: (verdict: Verdict) => number) =>
    verdicts.reduce((all, verdict) => all + of(verdict), 0);
  return {
    acknowledged: total((one) => one.acknowledged),
    lost: total((one) => one.lost),
    printedAgain: total((one) => one.printedAgain),
    unmarkedDoubles: total((one) => one.unmarkedDoubles),
    marked: total((one) => one.marked),
    wrongMarks: total((one) => one.wrongMarks),
    held: total((one) => one.held),
    unacknowledgedPrinted: total((one) => one.unacknowledgedPrinted),
    failures: verdicts.flatMap(({ failures }) => failures),
  };
}
