// `npm run heartbeat-bench`: real heartbeats between two processes, idle and with all cores loaded:
// round trips of echoes, lapses of the lease, and what it costs.
import { parseArgs } from 'node:util';
import { urgencies } from '../../hal/priority.ts';
import { countOf, runAsTool, UsageError } from '../tool.ts';
import { measure, type Phase, phaseNames } from './measure.ts';

const usage = `usage: npm run heartbeat-bench -- [OPTIONS]
  --seconds N          how long each phase runs (600)
  --phases A,B         which: idle first, then loaded (both)
  --without-datagrams  heartbeats by MQTT alone
  --urgency LEVEL      ${urgencies.join(', ')}: how soon they are served (real-time)
`;

process.exitCode = await runAsTool(usage, process.argv.slice(2), main);

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '600' },
      phases: { type: 'string', default: phaseNames.join(',') },
      'without-datagrams': { type: 'boolean', default: false },
      urgency: { type: 'string', default: 'real-time' },
    },
  });
  const seconds = countOf('seconds', values.seconds, 1);
  const urgency = urgencies.find((each) => each === values.urgency);
  if (urgency === undefined) throw new UsageError(`there is no urgency ${values.urgency}`);
  const wanted = values.phases.split(',').map((name) => {
    const phase = phaseNames.find((each) => each === name);
    if (phase === undefined) throw new UsageError(`there is no phase ${name}`);
    return phase;
  });
  const phases = await measure({
    seconds,
    phases: wanted.toSorted((a, b) => phaseNames.indexOf(a) - phaseNames.indexOf(b)),
    datagrams: !values['without-datagrams'],
    urgency,
    onPhase: (phase) => void process.stdout.write(`${textOf(phase)}\n`),
  });
  const good = phases.every(({ lapses, changes, echoes }) => lapses + changes === 0 && echoes > 0);
  process.stdout.write(good ? 'passed: no lapse, one owner\n' : 'FAILED\n');
  return good ? 0 : 1;
}

function textOf({
  name,
  seconds,
  echoes,
  median,
  p99,
  worst,
  lapses,
  changes,
  cpu,
  standstill,
}: Phase): string {
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  return (
    `${name.padEnd(7)} ${seconds} s: ${echoes} echoes, round trip median ${ms(median)}, ` +
    `99 % ${ms(p99)}, worst ${ms(worst)}; ${lapses} lapses, ${changes} changes of owner; ` +
    `processor time ${cpu.map((share) => `${(share * 100).toFixed(2)} %`).join(' and ')} ` +
    `of a core; the machine served nobody for ${ms(standstill)} at most`
  );
}
