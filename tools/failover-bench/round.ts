// One round of the bench: a client prints, a fault strikes the owner, the other box goes on; then
// everything is healed and counted.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Box } from './box.ts';
import type { Fault } from './faults.ts';
import { judge, type RoundResult } from './journal.ts';
import type { ClientLine } from './lines.ts';
import { groupName, type World } from './world.ts';

export interface RoundOptions {
  readonly world: World;
  readonly fault: Fault;
  readonly number: number;
  /** How long the client prints before the fault, and on after the takeover. */
  readonly pace?: { readonly beforeMs: number; readonly afterMs: number };
}

const unhurried = { beforeMs: 1_500, afterMs: 1_500 } as const;
/** … so that faults do not strike in step with heartbeats. */
const spreadMs = 400;
/** How long after the fault the survivor is waited for. */
const takeoverMs = 12_000;
/** How long the client waits for a connection: a person's computer, and one that asks again. */
const patientMs = 20_000;
const impatientMs = 150;
const drainMs = 30_000;
const logCharacters = 4_000;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { world, fault, number, pace = unhurried } = options;
  const owner = await world.ownerInStep();
  const survivor = world.other(owner);
  const target = world.targetOf(owner);
  const [oldMac, survivorMac] = await Promise.all([owner.mac(), survivor.mac()]);
  const from = world.printerLines.length;
  const lines: ClientLine[] = [];
  const client = world.startClient({
    prefix: `${fault.name}${number}`,
    connectMs: fault.patient ? patientMs : impatientMs,
    onLine: (line) => lines.push(line),
  });
  await pause(pace.beforeMs + Math.random() * spreadMs);
  const faultAtMs = nowMs();
  let struckAtMs = Infinity;
  await fault.act(target);
  struckAtMs = fault.patient ? faultAtMs : nowMs();
  await waitUntil(() => {
    const seen = judged();
    return seen.firstByteMs !== undefined && seen.firstAcceptedMs !== undefined;
  }, takeoverMs);
  if (judged().firstByteMs === undefined) {
    const said = [survivor, owner].map(
      (box) => `${box.name}:\n${box.errors().slice(-logCharacters)}`,
    );
    world.say(`nobody took over; survivor and old owner say\n${said.join('\n')}`);
  }
  await pause(pace.afterMs);
  client.child.stdin?.end();
  await client.ended;
  await pause(Math.max(0, faultAtMs + (fault.lastsMs ?? 0) - nowMs()));
  await fault.heal(target);
  if (fault.ends) await owner.start();
  await world.ownerInStep();
  await waitUntil(() => judged().lost.length === 0, drainMs);
  const marked = await markedIds([owner, survivor]);
  return judgeNow(marked);

  function journal() {
    return { client: lines, printer: world.printerLines.slice(from) };
  }
  function judged(): RoundResult {
    return judgeNow(new Set());
  }
  function judgeNow(marked: ReadonlySet<string>): RoundResult {
    return judge({ journal: journal(), faultAtMs, struckAtMs, oldMac, survivorMac, marked });
  }
}

const jobView = z.object({ name: z.string(), possiblyPrintedTwice: z.boolean().optional() });
const jobsView = z.object({ items: z.array(jobView), next: z.string().optional() });
const pageJobs = 1_000;

/**
 * Names of the jobs that say that they may have been printed twice, from whichever box owns them.
 */
export async function markedIds(boxes: readonly Box[]): Promise<ReadonlySet<string>> {
  const marked = new Set<string>();
  for (const box of boxes) {
    let after: string | undefined = '';
    while (after !== undefined) {
      const from: string = after === '' ? '' : `&after=${after}`;
      const path = `/jobs?which=all&printer=${groupName}%2Fp1&limit=${pageJobs}${from}`;
      const page: z.infer<typeof jobsView> | undefined = await box.api
        .get(path, jobsView)
        .catch(() => undefined);
      for (const job of page?.items ?? []) {
        if (job.possiblyPrintedTwice === true) marked.add(job.name);
      }
      after = page?.next;
    }
  }
  return marked;
}

export async function waitUntil(condition: () => boolean, timeoutMs: number): Promise<void> {
  const untilMs = nowMs() + timeoutMs;
  while (!condition() && nowMs() < untilMs) await pause(20);
}
