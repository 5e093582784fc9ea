// Runs targets by turns until the time or the number of runs is over, and says what must not have
// happened with the input that did it.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../world/seeded-random.ts';
import { mutate, pick } from './mutate.ts';
import type { Chance, FuzzTarget, RunningTarget } from './target.ts';

export interface Finding {
  readonly target: string;
  readonly what: string;
  readonly input: Uint8Array;
}

export interface TargetReport {
  readonly target: string;
  readonly runs: number;
  /** Kinds of outcome that were seen. */
  readonly kinds: number;
  readonly slowestMs: number;
}

export interface FuzzOptions {
  readonly targets: readonly FuzzTarget[];
  readonly seed: number;
  /** All targets together. */
  readonly forMs: number;
  /** Inputs that led to something new are added to the corpus. */
  readonly keep?: boolean;
}

const corpusFolder = fileURLToPath(new URL('corpus/', import.meta.url));
const mostBytes = 64 * 1024;
const turnMs = 250;
/** Of one input, by the processor: what others do meanwhile is not counted. */
const slowCpuMs = 2_000;
const grownMost = 500;
const keptMostBytes = 2_048;
const findingsMost = 20;

interface Underway {
  readonly target: FuzzTarget;
  readonly running: RunningTarget;
  readonly chance: Chance;
  readonly inputs: Uint8Array[];
  readonly kinds: Set<string>;
  readonly kept: Uint8Array[];
  runs: number;
  slowestMs: number;
}

export async function fuzz(options: FuzzOptions): Promise<{
  readonly findings: readonly Finding[];
  readonly reports: readonly TargetReport[];
}> {
  const endMs = performance.now() + options.forMs;
  const findings: Finding[] = [];
  const all: Underway[] = [];
  try {
    for (const target of options.targets) all.push(await begin(target, options.seed, findings));
    while (performance.now() < endMs && findings.length < findingsMost) {
      for (const each of all) {
        const forMs = turnMs * (each.target.share ?? 1);
        await turn(each, Math.min(performance.now() + forMs, endMs), findings);
      }
    }
  } finally {
    for (const { running } of all) await running.close();
  }
  if (options.keep === true) for (const each of all) await keep(each);
  const reports = all.map(({ target, runs, kinds, slowestMs }) => ({
    target: target.name,
    runs,
    kinds: kinds.size,
    slowestMs: Math.round(slowestMs),
  }));
  return { findings, reports };
}

/** Every input of the corpus is tried as it stands first. */
async function begin(target: FuzzTarget, seed: number, findings: Finding[]): Promise<Underway> {
  const inputs = [...(await target.seeds()), ...(await readCorpus(target.name))];
  const underway: Underway = {
    target,
    running: await target.open(),
    chance: createRandom(seed, target.name),
    inputs,
    kinds: new Set(),
    kept: [],
    runs: 0,
    slowestMs: 0,
  };
  for (const input of inputs.slice()) await tryOne(underway, input, findings);
  return underway;
}

async function turn(underway: Underway, untilMs: number, findings: Finding[]): Promise<void> {
  const { chance, inputs, target } = underway;
  while (performance.now() < untilMs && findings.length < findingsMost) {
    const from = pick(inputs, chance) ?? new Uint8Array();
    const input = mutate(from, chance, { words: target.words, others: inputs, mostBytes });
    if (!(await tryOne(underway, input, findings))) continue;
    if (inputs.length < grownMost) inputs.push(input);
    else inputs[chance.integer(0, inputs.length - 1)] = input;
    if (input.length <= keptMostBytes) underway.kept.push(input);
  }
}

/** True: something happened that had not happened before. */
async function tryOne(
  underway: Underway,
  input: Uint8Array,
  findings: Finding[],
): Promise<boolean> {
  const { target, running, chance, kinds } = underway;
  const started = process.cpuUsage();
  underway.runs += 1;
  try {
    const kind = await running.try(new Uint8Array(input), chance);
    const { user, system } = process.cpuUsage(started);
    const tookMs = (user + system) / 1000;
    underway.slowestMs = Math.max(underway.slowestMs, tookMs);
    if (tookMs > slowCpuMs) throw new Error(`it took ${Math.round(tookMs)} ms of the processor`);
    if (kinds.has(kind)) return false;
    kinds.add(kind);
    return true;
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    findings.push({ target: target.name, what, input });
    return false;
  }
}

async function readCorpus(name: string): Promise<readonly Uint8Array[]> {
  const folder = `${corpusFolder}${name}`;
  const files: readonly string[] = await readdir(folder).catch(() => []);
  return Promise.all(files.map((file) => readFile(`${folder}/${file}`)));
}

/** A few that lead to different places, the shortest first. */
async function keep({ target, kept }: Underway): Promise<void> {
  const folder = `${corpusFolder}${target.name}`;
  await mkdir(folder, { recursive: true });
  const chosen = kept.toSorted((a, b) => a.length - b.length).slice(0, keptFiles);
  for (const [index, input] of chosen.entries()) {
    await writeFile(`${folder}/${String(index).padStart(3, '0')}.bin`, input);
  }
}

const keptFiles = 24;
