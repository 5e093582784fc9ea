// `npm run failover-bench`: real appliances in network namespaces, faults by the round, and what
// clients and printers saw of them.
import { parseArgs } from 'node:util';
import { type Fault, faults } from './faults.ts';
import { median, type RoundResult } from './journal.ts';
import { runRound } from './round.ts';
import type { Scenario } from './scenarios/contract.ts';
import { scenarios } from './scenarios/table.ts';
import { needPackages, type ToolPart } from '../verify/tool-packages.ts';
import { createWorld, type World } from './world.ts';

const usage = `usage: npm run failover-bench [-- OPTIONS]   (as root)
  --rounds N        rounds of each fault (5)
  --faults A,B      which, in this order: ${faults.map(({ name }) => name).join(', ')} (all)
  --in-turn         one round of each fault after the other, instead of all of one first
  --scenario NAME   instead of faults by the round:
${scenarios.map(({ name, what }) => `      ${name}: ${what}`).join('\n')}
  --count N         how often the scenario does what it does
  --minutes N       how long it lasts, where it says so
  --loss PERCENT    of the packets between the boxes, where it says so
  --mib N           size of large documents, where it says so
  --no-witness      without a Mosquitto as witness
  --json            one JSON object at the end
`;

interface FaultReport {
  readonly fault: string;
  readonly what: string;
  /** Its clients are to notice nothing. */
  readonly patient: boolean;
  readonly rounds: readonly RoundResult[];
}

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  let chosen: ReturnType<typeof readOptions>;
  try {
    chosen = readOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { scenario } = chosen;
  await needPackages(partsOf(chosen));
  if (scenario !== undefined) return await runScenario(scenario, chosen, stop.signal);
  await using world = await createWorld({ witness: chosen.witness, printers: 1, say });
  const reports = await runFaults(world, chosen, stop.signal);
  if (chosen.json) process.stdout.write(`${JSON.stringify(reports)}\n`);
  const wrong = reports.flatMap(faultsOf);
  for (const line of wrong) say(`WRONG ${line}`);
  return wrong.length === 0 ? 0 : 1;
}

function partsOf({ scenario, witness }: ReturnType<typeof readOptions>): readonly ToolPart[] {
  return [
    'failover-bench',
    ...(witness ? (['failover-bench/witness'] as const) : []),
    ...(scenario?.name === 'keepalived' ? (['failover-bench/keepalived'] as const) : []),
  ];
}

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      faults: { type: 'string' },
      scenario: { type: 'string' },
      count: { type: 'string' },
      minutes: { type: 'string' },
      loss: { type: 'string' },
      mib: { type: 'string' },
      'in-turn': { type: 'boolean', default: false },
      'no-witness': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const names = values.faults?.split(',');
  const chosen = names?.map((name) => {
    const fault = faults.find((each) => each.name === name);
    if (fault === undefined) throw new Error(`there is no fault ${name}`);
    return fault;
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number');
  const scenario = scenarios.find(({ name }) => name === values.scenario);
  if (values.scenario !== undefined && scenario === undefined) {
    throw new Error(`there is no scenario ${values.scenario}`);
  }
  return {
    rounds,
    scenario,
    count: numberIn('count', values.count),
    minutes: numberIn('minutes', values.minutes),
    lossPercent: numberIn('loss', values.loss),
    mib: numberIn('mib', values.mib),
    faults: chosen ?? faults,
    inTurn: values['in-turn'],
    witness: !values['no-witness'],
    json: values.json,
  };
}

function numberIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number`);
  return value;
}

async function runScenario(
  scenario: Scenario,
  chosen: ReturnType<typeof readOptions>,
  stop: AbortSignal,
): Promise<number> {
  const wrong = await scenario.run({ ...chosen, say, stop });
  for (const line of wrong) say(`WRONG ${scenario.name}: ${line}`);
  return wrong.length === 0 ? 0 : 1;
}

/** Every round counts; each fault's rounds are summed up once they are done. */
async function runFaults(
  world: World,
  chosen: ReturnType<typeof readOptions>,
  stop: AbortSignal,
): Promise<readonly FaultReport[]> {
  const rounds = chosen.faults.map((fault) => ({ fault, results: new Array<RoundResult>() }));
  const order = chosen.inTurn
    ? Array.from({ length: chosen.rounds }, () => rounds).flat()
    : rounds.flatMap((each) => Array.from({ length: chosen.rounds }, () => each));
  for (const { fault, results } of order) {
    if (stop.aborted) break;
    const number = results.length + 1;
    const result = await runRound({ world, fault, number });
    results.push(result);
    sayRound(fault, `${number}/${chosen.rounds}`, result);
    if (number === chosen.rounds) sumUp(fault, results);
  }
  for (const { fault, results } of rounds) {
    if (results.length > 0 && results.length < chosen.rounds) sumUp(fault, results);
  }
  return rounds.map(({ fault, results }) => ({
    fault: fault.name,
    what: fault.what,
    patient: fault.patient === true,
    rounds: results,
  }));
}

function sayRound(fault: Fault, which: string, result: RoundResult): void {
  say(
    `${fault.name} ${which}: address ${text(result.announcedMs)}, ` +
      `first byte ${text(result.firstByteMs)}, first job ${text(result.firstAcceptedMs)}, ` +
      `gap ${text(result.gapMs)}; accepted ${result.accepted}, ` +
      `lost ${result.lost.length}, doubles ${result.doubles}, ` +
      `unmarked ${result.unmarkedDoubles.length}, old owner ${result.oldOwnerBytes}, ` +
      `refused ${result.refused.length} ${[...new Set(result.refused)].join(' ')}, ` +
      `broken ${result.broken.length}, unreached ${result.unreached.length}`,
  );
}

function sumUp(fault: Fault, rounds: readonly RoundResult[]): void {
  const bytes = rounds.map(({ firstByteMs }) => firstByteMs ?? Infinity);
  const jobs = rounds.map(({ firstAcceptedMs }) => firstAcceptedMs ?? Infinity);
  say(
    `${fault.name} (${fault.what}), ${rounds.length} rounds: ` +
      `first byte median ${text(median(bytes))}, worst ${text(Math.max(...bytes))}; ` +
      `first job median ${text(median(jobs))}, worst ${text(Math.max(...jobs))}` +
      `${goalText(fault)}; lost ${sum(rounds, ({ lost }) => lost.length)}, ` +
      `unmarked doubles ${sum(rounds, ({ unmarkedDoubles }) => unmarkedDoubles.length)}, ` +
      `bytes of an old owner ${sum(rounds, ({ oldOwnerBytes }) => oldOwnerBytes)}`,
  );
}

function sum(rounds: readonly RoundResult[], of: (round: RoundResult) => number): number {
  return rounds.reduce((total, round) => total + of(round), 0);
}

/** What must never be, whatever the times are. */
function faultsOf({ fault, patient, rounds }: FaultReport): readonly string[] {
  return rounds.flatMap((round, at) => [
    ...(patient && round.refused.length > 0
      ? [`${fault} ${at + 1}: refused ${round.refused.join(' ')}`]
      : []),
    ...(round.lost.length > 0 ? [`${fault} ${at + 1}: lost ${round.lost.join(' ')}`] : []),
    ...(round.unmarkedDoubles.length > 0
      ? [`${fault} ${at + 1}: printed twice without a mark: ${round.unmarkedDoubles.join(' ')}`]
      : []),
    ...(round.oldOwnerBytes > 0 ? [`${fault} ${at + 1}: bytes of the old owner`] : []),
    ...(round.firstByteMs === undefined ? [`${fault} ${at + 1}: nobody took over`] : []),
  ]);
}

function goalText({ goal }: Fault): string {
  return goal === undefined ? '' : ` (goal: median ${goal.medianMs} ms, worst ${goal.worstMs} ms)`;
}

function text(value: number | undefined): string {
  if (value === undefined) return 'never';
  return Number.isFinite(value) ? `${Math.round(value)} ms` : 'never';
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
