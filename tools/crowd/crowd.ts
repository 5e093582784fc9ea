// `npm run crowd`: 2,000 connections that do nothing, and documents beyond 2 GiB at each door.
import { parseArgs } from 'node:util';
import { countOf, runAsTool, UsageError } from '../tool.ts';
import { runCrowd } from './run.ts';

const usage = `usage: npm run crowd [-- [--connections N] [--gibibytes N]]
`;
const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;
const prints = 50;
/** What a quick client waits at most. */
const boundMs = 5_000;

process.exitCode = await runAsTool(usage, process.argv.slice(2), main);

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connections: { type: 'string', default: '2000' },
      gibibytes: { type: 'string', default: '2.1' },
    },
  });
  const connections = countOf('connections', values.connections);
  const gibibytes = Number(values.gibibytes);
  if (!(gibibytes > 0)) throw new UsageError(`--gibibytes is more than 0, not ${values.gibibytes}`);
  const largeBytes = Math.round(gibibytes * gibibyte);
  const report = await runCrowd({ connections, prints, largeBytes });
  const { longestPrintMs, large, peakResidentBytes } = report;
  const shown = {
    ...report.connections,
    prints,
    longestPrintMs: Math.round(longestPrintMs),
    largeBytes,
    seconds: Object.fromEntries(large.map(({ door, seconds }) => [door, Math.round(seconds)])),
    peakResidentMiB: Math.round(peakResidentBytes / mebibyte),
  };
  process.stdout.write(`${JSON.stringify(shown)}\n`);
  return longestPrintMs < boundMs && report.connections.refused === 0 ? 0 : 1;
}
